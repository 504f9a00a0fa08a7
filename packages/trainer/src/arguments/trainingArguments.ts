import { getScheduler } from '@attune/tensor';
import { checkPlateauOptions } from '@attune/tensor/internal';
import type { PlannedSchedule } from '@attune/tensor';
import { nearestName, object, requireArgument, shown } from '@attune/validate';
import { absentArgumentMethods, answerAbsentMethods } from '../absent/absentMethods.ts';
import { TrainingArgumentsError } from '../errors.ts';
import { argumentKinds } from './argumentKinds.ts';
import { checkpointingOf } from './checkpointingArguments.ts';
import { defaultArguments } from './defaults.ts';
import { reportNames } from './defaults.ts';
import type { TrainingArgumentsOptions } from './defaults.ts';
import { readOptimArgs } from './optimizers.ts';
import { expandHome } from './expandHome.ts';
import { refusalReasons } from './refusalReasons.ts';
import { impossibleArguments, pointlessArguments, renamedArguments, unsupportedArguments } from './otherNames.ts';

/** What a checkpoint folder keeps of a run's arguments, under Hugging Face's snake_case names. */
export type SavedArguments = Record<string, unknown>;

const where = 'new TrainingArguments';

// The class has every option as a property of its own name.
export interface TrainingArguments extends Readonly<TrainingArgumentsOptions> {}

/**
 * The arguments of a training run, checked. Names and defaults are those of
 * `transformers.TrainingArguments`, in camelCase.
 *
 * @example new TrainingArguments('test-trainer', { evalStrategy: 'epoch', learningRate: 3e-5 })
 */
export class TrainingArguments {
  /** The folder for checkpoints and the saved model; `~` at its start is the home folder. */
  readonly outputDir: string;

  /**
   * @throws TrainingArgumentsError naming the argument: unknown, renamed, not supported,
   *   impossible, or in contradiction to another
   */
  constructor(outputDir = 'trainer_output', options: Partial<TrainingArgumentsOptions> = {}) {
    if (typeof outputDir !== 'string' || outputDir === '') {
      throw new TrainingArgumentsError(
        `${where}: outputDir must be the name of a folder; got ${shown(outputDir)}. It comes before the other arguments: ` +
          `${where}('out', { … })`,
      );
    }
    requireArgument(where, 'options', options, object, TrainingArgumentsError);
    this.outputDir = expandHome(outputDir);
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    for (const [name, value] of given) checkName(name, value);
    const known = given.filter(([name]) => Object.hasOwn(defaultArguments, name));
    const asked = { ...defaultArguments, ...Object.fromEntries(known) };
    Object.assign(this, asked, bestModelDefaults(asked), checkpointingOf(options), {
      includeNumInputTokensSeen: tokensSeenOf(asked.includeNumInputTokensSeen),
    });
    for (const [name, kind] of Object.entries(argumentKinds))
      requireArgument(where, name, this[name as keyof TrainingArgumentsOptions], kind, TrainingArgumentsError);
    Object.assign(this, { reportTo: reportList(this.reportTo) });
    checkTogether(this);
    checkBestModel(this);
    checkSchedule(this);
    readOptimArgs(this.optim, this.optimArgs);
  }

  /** The same arguments with another number of rows in a training batch. */
  withTrainBatchSize(perDeviceTrainBatchSize: number): TrainingArguments {
    return Object.assign(Object.create(TrainingArguments.prototype) as TrainingArguments, this, {
      perDeviceTrainBatchSize,
    });
  }

  /** The arguments under their Hugging Face names, for `training_args.json`. */
  toJSON(): SavedArguments {
    const entries = Object.keys(defaultArguments).map(
      (name) => [snakeCase(name), this[name as keyof TrainingArgumentsOptions]] as const,
    );
    return Object.fromEntries(
      [['output_dir', this.outputDir] as const, ...entries].sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
}

answerAbsentMethods(TrainingArguments.prototype, 'TrainingArguments have', absentArgumentMethods);

/** Names of reports as `transformers` keeps them: an array, empty for none. */
function reportList(given: TrainingArgumentsOptions['reportTo']): readonly string[] {
  const names = typeof given === 'string' ? [given] : given;
  if (names.includes('all')) return reportNames;
  return [...new Set(names.filter((name) => name !== 'none'))];
}

/** True and false are names of kinds of tokens too. */
const tokensSeenOf = (asked: unknown) => (typeof asked === 'boolean' ? (asked ? 'all' : 'no') : asked);

/** What `transformers` makes of arguments about the best model that are left out. */
function bestModelDefaults(asked: TrainingArgumentsOptions): Partial<TrainingArgumentsOptions> {
  const decides = asked.loadBestModelAtEnd === true || asked.lrSchedulerType === 'reduce_lr_on_plateau';
  const metric = asked.metricForBestModel ?? (decides ? 'loss' : null);
  if (typeof metric !== 'string') return {};
  return { metricForBestModel: metric, greaterIsBetter: asked.greaterIsBetter ?? !metric.endsWith('loss') };
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]|\d+/g, (part) => (/\d/.test(part) ? part : `_${part.toLowerCase()}`));
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const own = <Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

function checkName(name: string, value: unknown): void {
  if (Object.hasOwn(defaultArguments, name)) return;
  const camel = camelCase(name);
  const fail = (message: string) => {
    throw new TrainingArgumentsError(message);
  };
  const renamed = own(renamedArguments, camel);
  if (renamed) fail(`the training argument ${name} is now called ${renamed}`);
  const pointless = own(pointlessArguments, camel);
  if (pointless) fail(`the training argument ${name} is of no use here: ${pointless}`);
  const impossible = own(impossibleArguments, camel);
  if (impossible && value !== false)
    fail(`the training argument ${name} = ${shown(value)} is not possible: ${impossible}`);
  if (impossible) return;
  if (Object.hasOwn(unsupportedArguments, camel)) {
    const neutral = unsupportedArguments[camel];
    // transformers takes lists for some: [] and ['none'] say nothing either.
    const single: unknown = Array.isArray(value) && value.length < 2 ? (value[0] ?? neutral) : value;
    if (Object.is(single, neutral)) return;
    const said = /token/i.test(name) ? '…' : shown(value);
    const reason = own(refusalReasons, camel);
    fail(
      `the training argument ${name} = ${said} is not supported${reason ? `: ${reason}. Leave` : ' yet; leave'} it out (it then is ${shown(neutral)})`,
    );
  }
  if (camel !== name && Object.hasOwn(defaultArguments, camel))
    fail(`there is no training argument ${name}; names are in camelCase: ${camel}`);
  const near = nearestName(name, Object.keys(defaultArguments));
  fail(
    `there is no training argument ${name}; ${near ? `did you mean ${near}?` : 'see TrainingArgumentsOptions for all names'}`,
  );
}

/** What two arguments say together. */
function checkTogether(args: TrainingArguments): void {
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

/** The best model can be kept only where evaluations and checkpoints come together. */
function checkBestModel(args: TrainingArguments): void {
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

/** A schedule's name and options are wrong now, not when the run begins. */
function checkSchedule({ lrSchedulerType, lrSchedulerKwargs, learningRate, evalStrategy }: TrainingArguments): void {
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
        `lrSchedulerKwargs.${name} must be a finite number or a text; got ${shown(value)}`,
      );
  }
  try {
    if (isPlateau) return checkPlateauOptions('lrSchedulerKwargs', lrSchedulerKwargs);
    getScheduler(lrSchedulerType as PlannedSchedule, {
      // A rate of 0 is one of a run that changes nothing: no schedule has to do with it.
      baseLearningRate: learningRate || 1,
      numTrainingSteps: 1000,
      kwargs: lrSchedulerKwargs as Readonly<Record<string, number | string>>,
    });
  } catch (cause) {
    throw new TrainingArgumentsError(`lrSchedulerType: ${(cause as Error).message}`, { cause });
  }
}
