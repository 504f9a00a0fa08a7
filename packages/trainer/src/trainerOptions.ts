import { DataCollatorWithPadding, defaultDataCollator } from '@attune/data';
import type { BatchArray, DataCollator, NdArray, PaddingTokenizer } from '@attune/data';
import type { AbortSignal } from '@attune/platform';
import type { Device, Tensor } from '@attune/tensor';
import {
  arrayOf,
  callable,
  instanceOf,
  nonEmptyText,
  object,
  objectWith,
  optional,
  oneOfKinds,
  requireOptions,
  shown,
} from '@attune/validate';
import type { Kind, OptionAdvice } from '@attune/validate';
import { checkpointToResume } from './arguments/argumentKinds.ts';
import { TrainingArguments } from './arguments/trainingArguments.ts';
import type { CallbackClass, TrainerCallback } from './callbacks/trainerCallback.ts';
import type { SavableProcessor } from './checkpoint/write.ts';
import { anyRows, requireDataset, requireEvalDataset } from './datasetKinds.ts';
import { isSeveral } from './datasets.ts';
import type { EvalDataset, TrainerDataset } from './datasets.ts';
import { TrainerError, TrainingArgumentsError } from './errors.ts';
import type { EvalPrediction } from './evaluation/evaluationOutput.ts';
import type { Collected, Nested } from './evaluation/nested.ts';
import type { ComputeLossFunc, EvaluateOptions, EvaluationLoopOptions } from './extensionPoints.ts';
import type { TrainableModel } from './model.ts';
import type { LogEntry } from './state/trainerState.ts';

/** A tokenizer that pads batches and can be saved beside the model. */
export type ProcessingClass = PaddingTokenizer & SavableProcessor;

/** When `computeMetrics` is called. */
export interface ComputeMetricsOptions {
  /**
   * With `batchEvalMetrics` true for the last batch, whose result counts; without it always true.
   */
  readonly computeResult: boolean;
}

/**
 * What a Trainer is made of. A model of several outputs, or several `labelNames`, are told to the
 * compiler by `new Trainer<readonly NdArray[]>({ … })`.
 */
export interface TrainerOptions<Predictions extends Collected = NdArray, Labels extends Collected = NdArray> {
  /** The model to train: any module whose `forward(batch)` returns `{ loss, logits }`. */
  model: TrainableModel;
  /** Default: `new TrainingArguments()`. */
  args?: TrainingArguments;
  /** Rows to train on. */
  trainDataset?: TrainerDataset | undefined;
  /**
   * Rows to evaluate on. Several datasets, `{ a, b }` or a `DatasetDict`, are evaluated one after the
   * other, and their metrics are called `eval_a_loss`, `eval_b_loss`, ….
   */
  evalDataset?: EvalDataset | undefined;
  /**
   * Makes a batch from examples. Default: padding to the longest when `processingClass` is given,
   * else plain stacking.
   */
  dataCollator?: DataCollator;
  /** The tokenizer: pads batches and is saved with the model. */
  processingClass?: ProcessingClass;
  /**
   * Metrics from logits and labels, called after each evaluation. Numbers go into the table; texts,
   * arrays and objects (a confusion matrix) are logged too. With `batchEvalMetrics` it is called for
   * each batch.
   */
  computeMetrics?: (
    prediction: EvalPrediction<Predictions, Labels>,
    options: ComputeMetricsOptions,
  ) => object | void | Promise<object | void>;
  /**
   * The loss of a batch in place of the model's own: its sum over examples divided by
   * `numItemsInBatch`, or their mean in an evaluation. The model gets the batch without its labels.
   * It records work for the GPU, so it must not be `async`.
   */
  computeLossFunc?: ComputeLossFunc;
  /**
   * What an evaluation keeps of the logits of each batch, such as `(logits) => logits.argmax(-1)`:
   * `computeMetrics` and `predict` get that. It records work for the GPU. Where the model gives several
   * outputs, it is passed an array of them.
   */
  preprocessLogitsForMetrics?: (
    logits: Predictions extends NdArray ? Tensor : Nested<Tensor>,
    labels: (Labels extends NdArray ? BatchArray : readonly BatchArray[]) | null,
  ) => Nested<Tensor>;
  /** Called after the built-in ones. A class is made without arguments. */
  callbacks?: readonly (TrainerCallback | CallbackClass)[];
  /** The GPU that the model is on; no other one is possible. Default: the model's. */
  device?: Device;
}

export interface TrainOptions {
  /**
   * Goes on from a checkpoint: `true` for the newest whole one of the output folder, or its path.
   * Default: that of the arguments.
   */
  readonly resumeFromCheckpoint?: string | boolean | null;
  /**
   * What a person is told to do who has stopped the run, such as the command of a program. Default:
   * `train({ resumeFromCheckpoint: true })`.
   */
  readonly howToResume?: string;
  /**
   * Ends the run: before its first step at once, later when the step under way is done. `train()`
   * then rejects with the signal's reason; the weights are those of that step, and nothing is saved.
   */
  readonly signal?: AbortSignal;
  /** `ignoreKeys` of the evaluations of this run. Default none. */
  readonly ignoreKeysForEval?: readonly string[];
}

/** What `train()` gives. */
export interface TrainOutput {
  readonly globalStep: number;
  /** Mean loss over all steps. */
  readonly trainingLoss: number;
  /**
   * `train_runtime`, `train_samples_per_second`, `train_steps_per_second`, `total_flos`,
   * `train_loss`, `epoch`.
   */
  readonly metrics: LogEntry;
}

const model: Kind = {
  what: 'a module whose forward(batch) returns { loss, logits }',
  holds: (value) => modulelike.holds(value) && hasDevice(value) && Array.isArray((value as TrainableModel).inputNames),
  found: (value) => {
    if (!modulelike.holds(value)) return modulelike.found?.(value) ?? shown(value);
    if (!hasDevice(value)) return `${shown(value)}, which has no device: it must extend Module`;
    return (
      `${shown(value)}, which has no inputNames, the batch keys that its forward reads: a base model without a head ` +
      'cannot be trained; use AutoModelForSequenceClassification'
    );
  },
};

// A model without parameters says so itself, in the getter.
const hasDevice = (value: unknown) => Boolean((value as TrainableModel).device);

const modulelike = objectWith('a module', { forward: 'function', namedParameters: 'function' });

const optionKinds: Readonly<Record<keyof TrainerOptions, Kind>> = {
  model,
  args: optional(instanceOf(TrainingArguments, 'a TrainingArguments: new TrainingArguments(outputDir, { … })')),
  trainDataset: optional(anyRows),
  evalDataset: optional(object),
  dataCollator: optional(callable),
  processingClass: optional(oneOfKinds('a tokenizer', objectWith('', { pad: 'function' }), callable)),
  computeMetrics: optional(callable),
  computeLossFunc: optional(callable),
  preprocessLogitsForMetrics: optional(callable),
  callbacks: optional({ what: 'an array of callbacks', holds: Array.isArray }),
  device: optional(objectWith('a device', { dispatch: 'function' })),
};

const optionAdvice: OptionAdvice = {
  error: TrainerError,
  otherNames: {
    tokenizer: 'it is called processingClass',
    optimizers: 'write a subclass that overrides createOptimizer and createScheduler',
    optimizerClsAndKwargs: 'write a subclass that overrides createOptimizer',
    modelInit: 'it is not supported yet; make a model and a Trainer for each run',
  },
};

/** A Trainer's options with their defaults. */
export interface TrainerParts extends Pick<
  TrainerOptions,
  | 'trainDataset'
  | 'evalDataset'
  | 'processingClass'
  | 'computeMetrics'
  | 'computeLossFunc'
  | 'preprocessLogitsForMetrics'
> {
  readonly model: TrainableModel;
  readonly args: TrainingArguments;
  readonly collate: DataCollator;
  readonly callbacks: readonly (TrainerCallback | CallbackClass)[];
  /** Batch keys of the labels. */
  readonly labelNames: readonly string[];
}

/**
 * @throws TrainerError for an option that does not exist or is of the wrong kind
 * @throws TrainingArgumentsError when arguments and datasets contradict each other
 */
export function readTrainerOptions(options: TrainerOptions): TrainerParts {
  requireOptions('new Trainer', options, optionKinds, optionAdvice);
  const { trainDataset, evalDataset } = options;
  if (trainDataset) requireDataset('new Trainer', 'trainDataset', trainDataset, options.args);
  if (evalDataset) requireEvalDataset('new Trainer', evalDataset, options.args);
  const { model: trained, args = new TrainingArguments(), device, dataCollator, callbacks = [], ...rest } = options;
  const { processingClass } = rest;
  if (device && device !== trained.device) {
    throw new TrainerError(
      'new Trainer: the option device is another GPU than the one that the model is on. Leave it out, or load the model ' +
        'there: fromPretrained(name, { device })',
    );
  }
  if (args.evalStrategy !== 'no' && !rest.evalDataset) {
    throw new TrainingArgumentsError(
      `evalStrategy is '${args.evalStrategy}' but no evalDataset was given: pass one, or set evalStrategy to 'no'`,
    );
  }
  if (args.evalOnStart && !rest.evalDataset)
    throw new TrainingArgumentsError('evalOnStart is true but no evalDataset was given: pass one, or leave it out');
  checkDecidingSet(args, rest.evalDataset);
  if (args.activationCheckpointing && typeof trained.activationCheckpointingEnable !== 'function') {
    throw new TrainingArgumentsError(
      `activationCheckpointing is true, but ${trained.constructor.name} has no activationCheckpointingEnable({ everyNLayers }): ` +
        'it must call checkpoint() of @attune/tensor around its layers from then on; or leave the argument out',
    );
  }
  if (args.neftuneNoiseAlpha !== null && !('neftuneNoiseAlpha' in trained)) {
    throw new TrainingArgumentsError(
      `neftuneNoiseAlpha is ${args.neftuneNoiseAlpha}, but ${trained.constructor.name} has no neftuneNoiseAlpha: it must have this ` +
        'property, and add the noise to its embeddings while it is a number; or leave the argument out',
    );
  }
  return {
    ...rest,
    model: trained,
    args,
    callbacks,
    collate:
      dataCollator ??
      (processingClass ? new DataCollatorWithPadding({ tokenizer: processingClass }) : defaultDataCollator),
    labelNames: args.labelNames ?? ['labels'],
  };
}

/** With several evaluation sets the metric that decides is one of one of them. */
function checkDecidingSet(
  { metricForBestModel: given }: TrainingArguments,
  evalDataset: EvalDataset | undefined,
): void {
  if (given === null || !evalDataset || !isSeveral(evalDataset)) return;
  const metric = given.replace(/^eval_/, '');
  const names = Object.keys(evalDataset);
  if (names.some((name) => metric.startsWith(`${name}_`))) return;
  throw new TrainingArgumentsError(
    `metricForBestModel is '${given}', but there are several evaluation sets, ${names.join(', ')}: name the metric of one ` +
      `of them, such as 'eval_${names[0]}_${metric}'`,
  );
}

const abortSignal = instanceOf(globalThis.AbortSignal, 'an AbortSignal, as new AbortController().signal is one');
const keys = arrayOf(nonEmptyText, 'names of outputs');

const trainKinds: Readonly<Record<keyof TrainOptions, Kind>> = {
  resumeFromCheckpoint: optional(checkpointToResume),
  howToResume: optional(nonEmptyText),
  signal: optional(abortSignal),
  ignoreKeysForEval: optional(keys),
};

const trainAdvice: OptionAdvice = {
  error: TrainerError,
  otherNames: {
    trial: 'searching over arguments is not supported yet',
  },
};

/** @throws TrainerError for what `train()` does not know or support */
export function readTrainOptions(options: TrainOptions): void {
  requireOptions('train', options, trainKinds, trainAdvice);
}

const evaluateKinds: Readonly<Record<keyof EvaluateOptions, Kind>> = {
  metricKeyPrefix: optional(nonEmptyText),
  ignoreKeys: optional(keys),
  signal: optional(abortSignal),
};

/**
 * The options of an evaluation, with the prefix of its metrics.
 *
 * @throws TrainerError for what `evaluate()` and `predict()` do not know
 */
export function readEvaluateOptions(
  where: string,
  options: EvaluateOptions | string,
  missing: string,
): EvaluationLoopOptions {
  const given = typeof options === 'string' ? { metricKeyPrefix: options } : options;
  requireOptions(where, given, evaluateKinds, { error: TrainerError });
  return { ...given, metricKeyPrefix: given.metricKeyPrefix ?? missing };
}
