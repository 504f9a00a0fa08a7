import {
  arrayOf,
  flag,
  nonEmptyText,
  numberAtLeast,
  numberBetween,
  object,
  oneOf,
  orNull,
  shown,
  wholeNumber,
} from '@attune/validate';
import type { Kind } from '@attune/validate';
import { reportNames } from './defaults.ts';
import type { TrainingArgumentsOptions } from './defaults.ts';
import { optimizerNames, otherOptimizerNames } from './optimizers.ts';

/** One of a few names; names that only `transformers` has get a message of their own. */
function oneOfNames(names: readonly string[], notYet: readonly string[]): Kind {
  const known = oneOf(...names);
  return {
    ...known,
    found: (value) =>
      notYet.includes(String(value)) ? `'${String(value)}', which is not supported yet` : shown(value),
  };
}

const interval = oneOfNames(['no', 'steps', 'epoch'], []);

const stepsOrPart: Kind = {
  what: 'a whole number of steps, or a fraction of all steps below 1',
  holds: (value) =>
    Number.isFinite(value) && (value as number) >= 0 && ((value as number) < 1 || Number.isInteger(value)),
};

/** Further names of `transformers`. */
const otherReports =
  'azure_ml clearml codecarbon comet_ml dagshub dvclive flyte kubeflow mlflow neptune swanlab trackio wandb'.split(' ');

const report: Kind = {
  what: `'none', 'all', one of ${reportNames.map((name) => `'${name}'`).join(' and ')}, or an array of these`,
  holds: (value) => (Array.isArray(value) ? value : [value]).every((name) => isReport(name)),
  found: (value) => {
    const wrong: unknown = Array.isArray(value) ? value.find((name) => !isReport(name)) : value;
    if (!otherReports.includes(String(wrong))) return shown(value);
    return (
      `'${String(wrong)}', which is not supported: pass a callback that sends each entry there, ` +
      '{ onLog: (args, state, control, { logs }) => … }'
    );
  },
};

const isReport = (name: unknown) => ['none', 'all', ...reportNames].includes(name as string);

export const checkpointToResume: Kind = {
  what: 'the path of a checkpoint, true for the newest in the output folder, false or null',
  holds: (value) => value === null || typeof value === 'boolean' || nonEmptyText.holds(value),
};

const above0: Kind = { what: 'a number above 0', holds: (value) => Number.isFinite(value) && (value as number) > 0 };

const seed = wholeNumber(0, 2 ** 32 - 1);

/** What each training argument must be. */
export const argumentKinds: Readonly<Record<keyof TrainingArgumentsOptions, Kind>> = {
  perDeviceTrainBatchSize: wholeNumber(1),
  perDeviceEvalBatchSize: wholeNumber(1),
  numTrainEpochs: above0,
  maxSteps: wholeNumber(-1),
  gradientAccumulationSteps: wholeNumber(1),
  learningRate: numberAtLeast(0),
  weightDecay: numberAtLeast(0),
  adamBeta1: numberBetween(0, 1),
  adamBeta2: numberBetween(0, 1),
  adamEpsilon: numberAtLeast(0),
  maxGradNorm: numberAtLeast(0),
  optim: oneOfNames(optimizerNames, otherOptimizerNames),
  // The optimizer checks its own arguments.
  optimArgs: orNull({
    what: "an object such as { momentum: 0.9 }, or a string such as 'momentum=0.9'",
    holds: (value) => typeof value === 'string' || object.holds(value),
  }),
  // The schedule checks its name and options.
  lrSchedulerType: nonEmptyText,
  lrSchedulerKwargs: object,
  warmupSteps: stepsOrPart,
  loggingStrategy: interval,
  loggingSteps: stepsOrPart,
  loggingFirstStep: flag,
  reportTo: report,
  loggingDir: orNull(nonEmptyText),
  logFormat: oneOf('text', 'json'),
  disableTqdm: flag,
  evalStrategy: interval,
  evalSteps: orNull({
    what: 'a whole number of steps from 1, or a fraction of all steps below 1',
    holds: (value) => stepsOrPart.holds(value) && (value as number) > 0,
  }),
  evalDelay: numberAtLeast(0),
  evalOnStart: flag,
  saveStrategy: oneOfNames(['no', 'steps', 'epoch', 'best'], []),
  saveSteps: stepsOrPart,
  saveTotalLimit: orNull(wholeNumber(1)),
  saveOnlyModel: flag,
  loadBestModelAtEnd: flag,
  metricForBestModel: orNull(nonEmptyText),
  greaterIsBetter: orNull(flag),
  resumeFromCheckpoint: checkpointToResume,
  fp16: flag,
  activationCheckpointing: flag,
  activationCheckpointingKwargs: orNull(object),
  gradientCheckpointing: flag,
  gradientCheckpointingKwargs: orNull(object),
  seed,
  dataSeed: orNull(seed),
  removeUnusedColumns: flag,
  labelNames: orNull({
    what: 'an array of names of batch keys, each once',
    holds: (value) => Array.isArray(value) && value.every(nonEmptyText.holds) && new Set(value).size === value.length,
  }),
  includeNumInputTokensSeen: {
    what: "'all', 'non_padding' or 'no', true for 'all' or false",
    holds: (value) => ['all', 'non_padding', 'no'].includes(value as string),
  },
  autoFindBatchSize: flag,
  neftuneNoiseAlpha: orNull(above0),
  evalAccumulationSteps: orNull(wholeNumber(1)),
  predictionLossOnly: flag,
  includeForMetrics: arrayOf(oneOf('inputs', 'loss'), "'inputs' and 'loss', or one of them"),
  batchEvalMetrics: flag,
  fp16FullEval: flag,
  dataloaderDropLast: flag,
  trainSamplingStrategy: oneOfNames(['random', 'sequential', 'group_by_length'], ['batch_rebalance']),
  lengthColumnName: nonEmptyText,
  labelSmoothingFactor: numberBetween(0, 1),
};
