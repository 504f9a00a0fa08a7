import { getScheduler, requirePlateauOptions } from '@attune/tensor/internal/host';
import type { PlannedSchedule } from '@attune/tensor';
import { shown } from '@attune/validate';
import { TrainingArgumentsError } from '../errors.ts';
import type { TrainingArgumentsOptions } from './defaults.ts';

type Arguments = Readonly<TrainingArgumentsOptions>;

/**
 * Checks arguments against each other.
 *
 * @throws TrainingArgumentsError when they contradict each other
 */
export function refuseContradictions(args: Arguments): void {
  requireIntervals(args);
  requireBestModel(args);
  requireSchedule(args);
}

function requireIntervals(args: Arguments): void {
  const above0 = (name: 'loggingSteps' | 'saveSteps', strategy: 'loggingStrategy' | 'saveStrategy') => {
    if (args[strategy] === 'steps' && args[name] === 0)
      throw new TrainingArgumentsError(`${name} must be above 0 when ${strategy} is 'steps'; got 0`);
  };
  above0('loggingSteps', 'loggingStrategy');
  above0('saveSteps', 'saveStrategy');
  if (args.evalStrategy === 'steps' && args.evalSteps === null && args.loggingSteps === 0) {
    throw new TrainingArgumentsError(
      "evalStrategy is 'steps', but neither evalSteps nor loggingSteps says after how many: set evalSteps",
    );
  }
  if (args.maxSteps === 0)
    throw new TrainingArgumentsError('maxSteps must be above 0, or -1 for numTrainEpochs; got 0');
}

/** Keeping the best model needs a checkpoint at every evaluation. */
function requireBestModel(args: Arguments): void {
  const { evalStrategy, saveStrategy, loadBestModelAtEnd, metricForBestModel, loggingSteps, saveSteps } = args;
  const fail = (message: string) => {
    throw new TrainingArgumentsError(message);
  };
  if (saveStrategy === 'best' && evalStrategy === 'no')
    fail("saveStrategy 'best' needs evaluations: set evalStrategy to 'steps' or 'epoch'");
  if (saveStrategy === 'best' && metricForBestModel === null)
    fail("saveStrategy 'best' needs metricForBestModel, such as 'loss'");
  if (!loadBestModelAtEnd || saveStrategy === 'best') return;
  if (evalStrategy !== saveStrategy || evalStrategy === 'no') {
    fail(
      `loadBestModelAtEnd needs evalStrategy and saveStrategy to be the same, 'steps' or 'epoch', or saveStrategy 'best'; they are '${evalStrategy}' and '${saveStrategy}'`,
    );
  }
  const evalSteps = args.evalSteps ?? loggingSteps;
  if (evalStrategy !== 'steps') return;
  const bothParts = evalSteps < 1 === saveSteps < 1;
  const ratio = saveSteps / evalSteps;
  if (!bothParts || Math.abs(ratio - Math.round(ratio)) > 1e-9 || ratio < 1 - 1e-9) {
    fail(
      `loadBestModelAtEnd needs saveSteps to be a multiple of evalSteps, so that what was evaluated is saved; they are ${saveSteps} and ${evalSteps}`,
    );
  }
}

/** Checks the name and options of a schedule now instead of at the start of the run. */
function requireSchedule({ lrSchedulerType, lrSchedulerKwargs, learningRate, evalStrategy }: Arguments): void {
  if (lrSchedulerType === ('greedy' as string))
    throw new TrainingArgumentsError(`lrSchedulerType '${lrSchedulerType}' is not supported yet: it follows a metric`);
  const isPlateau = lrSchedulerType === 'reduce_lr_on_plateau';
  if (isPlateau && evalStrategy === 'no') {
    throw new TrainingArgumentsError(
      "lrSchedulerType 'reduce_lr_on_plateau' follows evaluations: set evalStrategy to 'steps' or 'epoch'",
    );
  }
  for (const [name, value] of Object.entries(isPlateau ? {} : lrSchedulerKwargs)) {
    if (typeof value !== 'string' && !Number.isFinite(value))
      throw new TrainingArgumentsError(
        `lrSchedulerKwargs.${name} must be a finite number or a string; got ${shown(value)}`,
      );
  }
  try {
    if (isPlateau) return requirePlateauOptions('lrSchedulerKwargs', lrSchedulerKwargs);
    getScheduler(lrSchedulerType as PlannedSchedule, {
      // A rate of 0 is legal for a run that changes nothing, but no schedule accepts it.
      baseLearningRate: learningRate || 1,
      numTrainingSteps: 1000,
      kwargs: lrSchedulerKwargs as Readonly<Record<string, number | string>>,
    });
  } catch (cause) {
    throw new TrainingArgumentsError(`lrSchedulerType: ${(cause as Error).message}`, { cause });
  }
}
