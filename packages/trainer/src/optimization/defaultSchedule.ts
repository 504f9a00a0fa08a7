import { getScheduler } from '@attune/tensor/internal/host';
import type { PlannedSchedule, ReduceLROnPlateauOptions, Schedule } from '@attune/tensor';
import { terminal } from '#platform';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { SchedulerInput, SchedulerMaker } from '../extensionPoints.ts';

/** The schedule that the arguments name. */
export function defaultSchedule(args: TrainingArguments, input: SchedulerInput): Schedule | SchedulerMaker {
  const { lrSchedulerType, lrSchedulerKwargs, learningRate: baseLearningRate } = args;
  warnAboutWarmup(args, input);
  if (lrSchedulerType === 'reduce_lr_on_plateau') {
    const kwargs = lrSchedulerKwargs as ReduceLROnPlateauOptions;
    return { forOptimizer: (optimizer) => getScheduler('reduce_lr_on_plateau', { optimizer, kwargs }) };
  }
  const kwargs = lrSchedulerKwargs as Readonly<Record<string, number | string>>;
  return getScheduler(lrSchedulerType as PlannedSchedule, { baseLearningRate, kwargs, ...input });
}

/** Warns about warmup that has no effect; transformers ignores it in silence. */
function warnAboutWarmup({ lrSchedulerType }: TrainingArguments, { numWarmupSteps = 0 }: SchedulerInput): void {
  if (numWarmupSteps === 0 || !withoutWarmup.includes(lrSchedulerType)) return;
  const advice = lrSchedulerType === 'constant' ? "Use 'constant_with_warmup'" : 'Leave it out';
  terminal.writeLine(`lrSchedulerType '${lrSchedulerType}' has no warmup: warmupSteps does nothing. ${advice}.`);
}

const withoutWarmup = ['constant', 'reduce_lr_on_plateau'];
