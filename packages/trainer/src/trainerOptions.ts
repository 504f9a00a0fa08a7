import { DataCollatorWithPadding, defaultDataCollator } from '@attune/data';
import type { BatchArray, DataCollator, NdArray, PaddingTokenizer } from '@attune/data';
import type { Device, Optimizer, Schedule, Tensor } from '@attune/tensor';
import type { OptimizerClass } from './arguments/optimizers.ts';
import {
  anything,
  callable,
  instanceOf,
  object,
  objectWith,
  oneOfKinds,
  optional,
  requireOptions,
  shown,
} from '@attune/validate';
import type { Kind, OptionAdvice } from '@attune/validate';
import { TrainingArguments } from './arguments/trainingArguments.ts';
import type { CallbackClass, TrainerCallback } from './callbacks/trainerCallback.ts';
import type { SavableProcessor } from './checkpoint/write.ts';
import { anyRows, isSeveral, requireDataset, requireEvalDataset } from './data/trainerDataset.ts';
import type { EvalDataset, TrainerDataset } from './data/trainerDataset.ts';
import { TrainerError, TrainingArgumentsError } from './errors.ts';
import type { EvalPrediction } from './evaluation/evaluationOutput.ts';
import type { Collected, Nested } from './evaluation/nested.ts';
import type { ComputeLossFunc, OptimizerScheduler } from './extensionPoints.ts';
import { rowLength } from './data/lengthGroups.ts';
import type { TrainableModel } from './model.ts';
import { functionOf } from './ownFunction.ts';
import { checkModel, modelKind } from './modelChecks.ts';

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
  model?: TrainableModel | undefined;
  /**
   * Makes the model, in place of `model`: called for each `train()`, after `setSeed(args.seed)`, so
   * that each begins with the same new head. It may be `async`.
   */
  modelInit?: (() => TrainableModel | Promise<TrainableModel>) | undefined;
  /**
   * An optimizer of yours over the model's parameters, and a schedule: a function from a step
   * to its rate, a scheduler of that optimizer, or null for the one that the arguments name.
   * The optimizer stays yours: a run does not dispose of it, and clips by `maxGradNorm`
   * unless it does so itself.
   */
  optimizers?: readonly [optimizer: Optimizer | null, scheduler?: Schedule | OptimizerScheduler | null] | undefined;
  /** A class of optimizers with all of its options, in place of `optim` and `optimArgs`. */
  optimizerClsAndKwargs?: readonly [make: OptimizerClass, options: object] | undefined;
  /** Default: `new TrainingArguments()`. */
  args?: TrainingArguments | undefined;
  /** Rows to train on. */
  trainDataset?: TrainerDataset | undefined;
  /**
   * Rows to evaluate on. Several datasets, `{ a, b }` or a `DatasetDict`, are evaluated one after
   * the other, and their metrics are called `eval_a_loss`, `eval_b_loss`, ….
   */
  evalDataset?: EvalDataset | undefined;
  /**
   * Makes a batch from examples. Default: padding to the longest when `processingClass` is given,
   * else plain stacking.
   */
  dataCollator?: DataCollator | undefined;
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
   * The loss of a batch in place of the model's own: its sum over examples divided by
   * `numItemsInBatch`, or their mean in an evaluation. The model gets the batch without its labels.
   * It records work for the GPU, so it must not be `async`.
   */
  computeLossFunc?: ComputeLossFunc | undefined;
  /**
   * What an evaluation keeps of the logits of each batch, such as `(logits) => logits.argmax(-1)`:
   * `computeMetrics` and `predict` get that. It records work for the GPU. Where the model gives
   * several outputs, it is passed an array of them.
   */
  preprocessLogitsForMetrics?:
    | ((
        logits: Predictions extends NdArray ? Tensor : Nested<Tensor>,
        labels: (Labels extends NdArray ? BatchArray : readonly BatchArray[]) | null,
      ) => Nested<Tensor>)
    | undefined;
  /** Called after the built-in ones. A class is made without arguments. */
  callbacks?: readonly (TrainerCallback | CallbackClass)[] | undefined;
  /** The GPU that the model is on; no other one is possible. Default: the model's. */
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
  // A dataset or several: requireEvalDataset says more.
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

/** A Trainer's options with their defaults. */
export interface TrainerParts extends Pick<
  TrainerOptions,
  | 'trainDataset'
  | 'evalDataset'
  | 'processingClass'
  | 'computeMetrics'
  | 'computeLossFunc'
  | 'preprocessLogitsForMetrics'
  | 'modelInit'
  | 'optimizerClsAndKwargs'
> {
  /** @throws TrainerError before `modelInit` was called for the first time */
  readonly model: TrainableModel;
  /** The model now; another is put in its place for each run where there is `modelInit`. */
  readonly current: { model: TrainableModel | null };
  readonly optimizer: Optimizer | null;
  readonly scheduler: Schedule | OptimizerScheduler | null;
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
  if (evalDataset !== undefined) requireEvalDataset('new Trainer', evalDataset, options.args);
  const {
    model: trained,
    args = new TrainingArguments(),
    device,
    dataCollator,
    callbacks = [],
    optimizers,
    ...rest
  } = options;
  const { processingClass } = rest;
  const [optimizer = null, scheduler = null] = optimizers ?? [];
  checkOwnOptimizer(options, optimizer, scheduler);
  if (trained) checkModel(trained, args, device);
  if (trainDataset && args.trainSamplingStrategy === 'group_by_length' && trainDataset.length > 0)
    rowLength(trainDataset, 0, args);
  if (args.evalStrategy !== 'no' && !rest.evalDataset) {
    throw new TrainingArgumentsError(
      `evalStrategy is '${args.evalStrategy}' but no evalDataset was given: pass one, or set evalStrategy to 'no'`,
    );
  }
  if (args.evalOnStart && !rest.evalDataset)
    throw new TrainingArgumentsError('evalOnStart is true but no evalDataset was given: pass one, or leave it out');
  checkDecidingSet(args, rest.evalDataset);
  const current = { model: trained ?? null };
  return {
    ...rest,
    get model() {
      return modelOf(current);
    },
    current,
    optimizer,
    scheduler,
    args,
    callbacks,
    collate:
      dataCollator ??
      (processingClass ? new DataCollatorWithPadding({ tokenizer: processingClass }) : defaultDataCollator),
    labelNames: args.labelNames ?? ['labels'],
  };
}

function modelOf({ model: made }: TrainerParts['current']): TrainableModel {
  if (made) return made;
  throw new TrainerError('there is no model yet: modelInit is called by train(), evaluate() and predict()');
}

/** The same with other arguments; the model is still that of the time. */
export function withArguments(parts: TrainerParts, args: TrainingArguments): TrainerParts {
  const { current } = parts;
  return {
    ...parts,
    args,
    get model() {
      return modelOf(current);
    },
  };
}

/** Contradictions that `transformers` refuses too, and an optimizer that is not for this model. */
function checkOwnOptimizer(
  options: TrainerOptions,
  optimizer: Optimizer | null,
  scheduler: Schedule | OptimizerScheduler | null,
): void {
  const { model: trained, modelInit, optimizerClsAndKwargs, args } = options;
  const fail = (message: string) => {
    throw new TrainerError(`new Trainer: ${message}`);
  };
  if (trained && modelInit) fail('pass either model or modelInit, not both');
  if (!trained && !modelInit)
    fail(`model must be ${modelKind.what}; got ${shown(trained)}. Or pass modelInit, which makes one for each run`);
  if (optimizer && optimizerClsAndKwargs) fail('pass either optimizers or optimizerClsAndKwargs, not both');
  if (modelInit && (optimizer || scheduler))
    fail(
      'an optimizer or scheduler of optimizers cannot follow the models of modelInit: override createOptimizer in a subclass',
    );
  if (!optimizer && scheduler && typeof scheduler !== 'function')
    fail(
      'optimizers: a scheduler belongs to an optimizer, which is missing; or give a function from a step to its rate',
    );
  if (!optimizer) return;
  const own = new Set(trained?.parameters());
  if (optimizer.paramGroups.some(({ params }) => params.some((parameter) => !own.has(parameter))))
    fail('optimizers: the optimizer has a parameter that is none of the model');
  if (args?.fp16 && optimizer.lossScale === 1)
    fail('optimizers: with fp16 the optimizer needs the options { fp16: true, lossScale: {} }');
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
