import type { BatchArray, ListCollator, NdArray, PaddingTokenizer } from '@attune/data';
import type { Device, Optimizer, Schedule, Tensor } from '@attune/tensor';
import {
  anything,
  callable,
  instanceOf,
  object,
  objectWith,
  oneOfKinds,
  optional,
  requireOptions,
} from '@attune/validate';
import type { Kind, OptionAdvice } from '@attune/validate';
import type { OptimizerClass } from './arguments/optimizers.ts';
import { TrainingArguments } from './arguments/trainingArguments.ts';
import type { CallbackClass, TrainerCallback } from './callbacks/trainerCallback.ts';
import type { SavableProcessor } from './checkpoint/write.ts';
import { anyRows } from './data/trainerDataset.ts';
import type { EvalDataset, TrainerDataset } from './data/trainerDataset.ts';
import { TrainerError } from './errors.ts';
import type { EvalPrediction } from './evaluation/evaluationOutput.ts';
import type { Collected, Nested } from './evaluation/nested.ts';
import type { ComputeLossFunc, OptimizerScheduler } from './extensionPoints.ts';
import type { TrainableModel } from './model.ts';
import { modelKind } from './requireModel.ts';
import { functionOf } from './ownFunction.ts';

/** A tokenizer that pads batches and can be saved beside the model. */
export type ProcessingClass = PaddingTokenizer & SavableProcessor;

/** Second argument of `computeMetrics`. */
export interface ComputeMetricsOptions {
  /**
   * With `batchEvalMetrics` true only for the last batch, whose result counts; otherwise always
   * true.
   */
  readonly computeResult: boolean;
}

/**
 * Options of `new Trainer`. For a model with several outputs, or several `labelNames`, write `new
 * Trainer<readonly NdArray[]>({ … })`.
 */
export interface TrainerOptions<Predictions extends Collected = NdArray, Labels extends Collected = NdArray> {
  /** The model to train: any module whose `forward(batch)` returns `{ loss, logits }`. */
  model?: TrainableModel | undefined;
  /**
   * Makes the model, instead of `model`: called for each `train()`, after `setSeed(args.seed)`, so
   * that each starts with the same new head. It may be `async`.
   */
  modelInit?: (() => TrainableModel | Promise<TrainableModel>) | undefined;
  /**
   * Your own optimizer over the model's parameters, and a schedule: a function from step to rate, a
   * scheduler of that optimizer, or null for the one that the arguments name. A run does not
   * dispose of the optimizer, and clips by `maxGradNorm` unless the optimizer does so itself.
   */
  optimizers?: readonly [optimizer: Optimizer | null, scheduler?: Schedule | OptimizerScheduler | null] | undefined;
  /** A class of optimizers with all of its options, instead of `optim` and `optimArgs`. */
  optimizerClsAndKwargs?: readonly [make: OptimizerClass, options: object] | undefined;
  /** Default: `new TrainingArguments()`. */
  args?: TrainingArguments | undefined;
  /** Rows to train on. */
  trainDataset?: TrainerDataset | undefined;
  /**
   * Rows to evaluate on. Several datasets, `{ a, b }` or a `DatasetDict`, are evaluated one after
   * the other; their metrics are `eval_a_loss`, `eval_b_loss`, ….
   */
  evalDataset?: EvalDataset | undefined;
  /**
   * Makes a batch from examples, of arrays or lists of numbers. Default: padding to the longest
   * when `processingClass` is given, else plain stacking.
   */
  dataCollator?: ListCollator | undefined;
  /** The tokenizer: pads batches and is saved with the model. */
  processingClass?: ProcessingClass | undefined;
  /**
   * Metrics from logits and labels, called after each evaluation. Numbers go into the table;
   * texts, arrays and objects (a confusion matrix) are logged too. With `batchEvalMetrics` it
   * is called for each batch.
   */
  computeMetrics?:
    | ((
        prediction: EvalPrediction<Predictions, Labels>,
        options: ComputeMetricsOptions,
      ) => object | void | Promise<object | void>)
    | undefined;
  /**
   * The loss of a batch, instead of the model's own: the sum over examples divided by
   * `numItemsInBatch`, or the mean in an evaluation. The model gets the batch without its labels.
   * It records work for the GPU, so it must not be `async`.
   */
  computeLossFunc?: ComputeLossFunc | undefined;
  /**
   * Reduces the logits of each batch to what an evaluation keeps, such as
   * `(logits) => logits.argmax(-1)`; `computeMetrics` and `predict` get the result. It records
   * work for the GPU. Where the model has several outputs, it gets an array of them.
   */
  preprocessLogitsForMetrics?:
    | ((
        logits: Predictions extends NdArray ? Tensor : Nested<Tensor>,
        labels: (Labels extends NdArray ? BatchArray : readonly BatchArray[]) | null,
      ) => Nested<Tensor>)
    | undefined;
  /** Callbacks, called after the built-in ones. A class is constructed without arguments. */
  callbacks?: readonly (TrainerCallback | CallbackClass)[] | undefined;
  /** The device of the model; no other is allowed. Default: the model's. */
  device?: Device | undefined;
}

const schedulerKind = oneOfKinds(
  'a function from a step to its rate, or a scheduler',
  callable,
  objectWith('', { step: 'function', stateDict: 'function' }),
);

const optimizerPair: Kind = {
  what: '[optimizer, scheduler], null for what the arguments name',
  holds: (value) =>
    Array.isArray(value) &&
    value.length <= 2 &&
    (value[0] == null || ownOptimizer.holds(value[0])) &&
    (value[1] == null || schedulerKind.holds(value[1])),
};

const ownOptimizer = objectWith('', { step: 'function', records: 'function', paramGroups: 'object' });

const optionKinds: Readonly<Record<keyof TrainerOptions, Kind>> = {
  model: optional(modelKind),
  args: optional(instanceOf(TrainingArguments, 'a TrainingArguments: new TrainingArguments(outputDir, { … })')),
  trainDataset: optional(anyRows),
  // Checked by requireEvalDataset.
  evalDataset: anything,
  dataCollator: optional(callable),
  processingClass: optional(oneOfKinds('a tokenizer', objectWith('', { pad: 'function' }), callable)),
  computeMetrics: optional(callable),
  computeLossFunc: optional(functionOf('(outputs, labels, { numItemsInBatch })')),
  preprocessLogitsForMetrics: optional(functionOf('(logits, labels)')),
  callbacks: optional({ what: 'an array of callbacks', holds: Array.isArray }),
  modelInit: optional(callable),
  optimizers: optional(optimizerPair),
  optimizerClsAndKwargs: optional({
    what: 'a class of optimizers and its options, [SGD, { lr: 0.1 }]',
    holds: (value) => Array.isArray(value) && value.length === 2 && callable.holds(value[0]) && object.holds(value[1]),
  }),
  device: optional(objectWith('a device', { dispatch: 'function' })),
};

const optionAdvice: OptionAdvice = {
  error: TrainerError,
  otherNames: {
    tokenizer: 'it is called processingClass',
  },
};

/** @throws TrainerError for an option that does not exist or is of the wrong kind */
export function requireTrainerOptions(options: TrainerOptions): void {
  if (modelKind.holds(options))
    throw new TrainerError(
      'new Trainer takes its options as an object, { model, args, trainDataset, … }; got a model: new Trainer({ model, … })',
    );
  requireOptions('new Trainer', options, optionKinds, optionAdvice);
}
