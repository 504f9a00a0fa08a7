import type { Batch, BatchArray } from '@attune/data';
import type { AbortSignal } from '@attune/platform';
import type { LrScheduler, Optimizer, ReduceLROnPlateau, Schedule, Tensor } from '@attune/tensor';
import type { EvalDataset, TrainerDataset } from './data/trainerDataset.ts';
import type { EvaluationOutput } from './evaluation/evaluationOutput.ts';
import type { Nested } from './evaluation/nested.ts';
import type { ForwardContext, ModelOutput, TrainableModel } from './model.ts';
import type { LogEntry } from './state/trainerState.ts';

/** Batches of an epoch, as from a `DataLoader`; an array of batches is one too. */
export type Dataloader = (AsyncIterable<Batch> | Iterable<Batch>) & {
  /** Number of batches in an epoch. */
  readonly length: number;
  /** Called with the index of each epoch, from 0, before its batches are read. */
  setEpoch?(epoch: number): void;
};

/** What a Trainer's `createScheduler` gets. */
export interface SchedulerInput {
  /** Number of optimizer steps of the run. */
  readonly numTrainingSteps: number;
  /** Number of warmup steps among them. */
  readonly numWarmupSteps: number;
}

/** What a Trainer's `createOptimizer` gets. */
export interface OptimizerInput {
  /** The model to optimize. */
  readonly model: TrainableModel;
  /**
   * The learning rate of each step of the run, from `createScheduler`; only the first rate where
   * later ones depend on the training. Either can be the `lr` of an optimizer. Rates of groups are
   * scaled as the schedule scales `learningRate`.
   */
  readonly learningRates: Float64Array | number;
}

/**
 * A scheduler that changes the rates of an optimizer at each step, or by a metric after each
 * evaluation.
 */
export type OptimizerScheduler = LrScheduler | ReduceLROnPlateau;

/** Makes a scheduler for an optimizer once that exists. */
export interface SchedulerMaker {
  /** Returns the scheduler for this optimizer. */
  forOptimizer(optimizer: Optimizer): OptimizerScheduler;
}

/** Options of a Trainer's `computeLoss`. */
export interface ComputeLossOptions {
  /** Whether to also return the model's output. Default false. */
  readonly returnOutputs?: boolean | undefined;
  /**
   * Number of labelled examples in the whole update, or of all its rows where none has labels.
   * Divide the sum of losses by it, so that accumulation equals one large batch. Undefined in an
   * evaluation: then take the mean of this batch.
   */
  readonly numItemsInBatch?: number | undefined;
  /** Second argument of `model.forward`: it determines the dropout of this step. */
  readonly context?: ForwardContext | undefined;
}

/** The option `computeLossFunc` of a Trainer. */
export type ComputeLossFunc = (
  outputs: ModelOutput,
  labels: BatchArray,
  options: Pick<ComputeLossOptions, 'numItemsInBatch'>,
) => Tensor;

/** The loss, or null where the batch has none; with `returnOutputs` a pair of loss and output. */
export type ComputedLoss = Tensor | null | readonly [loss: Tensor | null, outputs: ModelOutput];

/** Options of a Trainer's `trainingStep`. */
export interface MicroBatchOptions {
  /** As in `computeLoss`. */
  readonly numItemsInBatch: number;
  /** As in `computeLoss`. */
  readonly context: ForwardContext;
  /** Records the backward pass of a loss, with the run's loss scale. */
  readonly backward: (loss: Tensor) => void;
}

/** Result for one batch: null for missing values, and arrays for several outputs or labels. */
export type PredictionStepOutput = readonly [
  loss: Tensor | null,
  logits: Nested<Tensor> | null,
  labels: Nested<BatchArray> | null,
];

/** Options of a Trainer's `predictionStep`. */
export interface PredictionStepOptions {
  /** Whether to return only the loss. Default false. */
  readonly predictionLossOnly?: boolean | undefined;
  /** Outputs of the model, besides the loss, that are not predictions. Default none. */
  readonly ignoreKeys?: readonly string[] | undefined;
}

/** Options of a Trainer's `evaluationLoop`. */
export interface EvaluationLoopOptions extends PredictionStepOptions {
  /** `Prediction` for `predict`, which always keeps the outputs. Default `Evaluation`. */
  readonly description?: 'Evaluation' | 'Prediction' | undefined;
  /** Prefix of metric names: `eval` gives `eval_loss`. */
  readonly metricKeyPrefix: string;
  /** Aborts the loop: throw its reason before the next batch. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a Trainer's `evaluate` and `predict`. */
export interface EvaluateOptions {
  /** Prefix of metric names. Default `eval`, for predict() `test`. */
  readonly metricKeyPrefix?: string | undefined;
  /**
   * Aborts it before the next batch, or while kernels are compiled: it rejects with the signal's
   * reason.
   */
  readonly signal?: AbortSignal | undefined;
  /** Outputs of the model that are not predictions, such as `['hiddenStates']`. Default none. */
  readonly ignoreKeys?: readonly string[] | undefined;
}

/** Options of a Trainer's `saveModel`. */
export interface SaveModelOptions {
  /**
   * Whether a model that cannot be written there goes to a folder beside it, which the error names.
   * Default true; false for checkpoints.
   */
  readonly elsewhere?: boolean | undefined;
}

/**
 * Methods of a `Trainer` that its runs call and that a subclass may override. Names and order are
 * those of `transformers.Trainer`. Overriding a method that `transformers` has and this Trainer
 * does not call is an error.
 *
 * `computeLoss`, `trainingStep` and `predictionStep` record work for the GPU: they return at once
 * and never wait (no `await`, no reading of values).
 */
export interface ExtensionPoints {
  /**
   * Returns the batches of training. Called once for each run. Default: shuffled rows of
   * `trainDataset`.
   */
  getTrainDataloader(): Dataloader | Promise<Dataloader>;
  /** Returns the batches of an evaluation. Default: the rows in order. */
  getEvalDataloader(evalDataset?: TrainerDataset): Dataloader | Promise<Dataloader>;
  /** Returns the batches of `predict`. Default: the rows in order. */
  getTestDataloader(testDataset: TrainerDataset): Dataloader | Promise<Dataloader>;
  /**
   * Returns the learning rate of each step, counted from 0, or a maker of a scheduler. Called once
   * for each run.
   */
  createScheduler(input: SchedulerInput): Schedule | SchedulerMaker;
  /**
   * Returns the optimizer of a run, which is disposed of at its end. Called once for each run,
   * after `createScheduler`. Default: that of `optim`, with weight decay on everything but biases
   * and layer norms.
   */
  createOptimizer(input: OptimizerInput): Optimizer | Promise<Optimizer>;
  /**
   * Returns the loss of a batch: the sum over examples divided by `numItemsInBatch`. Default: the
   * model's own, or label smoothing, which is loaded by `train`, `evaluate` and `predict`.
   *
   * @throws TrainerError for label smoothing before the first of them
   */
  computeLoss(model: TrainableModel, inputs: Batch, options?: ComputeLossOptions): ComputedLoss;
  /**
   * Runs one micro-batch: forward, loss, `backward(loss)`. Returns the loss, or null if there is
   * none.
   */
  trainingStep(model: TrainableModel, inputs: Batch, options: MicroBatchOptions): Tensor | null;
  /** Runs one batch of an evaluation, without gradients and with the model in eval mode. */
  predictionStep(model: TrainableModel, inputs: Batch, options?: PredictionStepOptions): PredictionStepOutput;
  /** Runs an evaluation from its first batch to its metrics; `evaluate` and `predict` call it. */
  evaluationLoop(dataloader: Dataloader, options: EvaluationLoopOptions): Promise<EvaluationOutput>;
  /** Adds an entry with epoch and step to `state.logHistory`, and calls the callbacks. */
  log(logs: LogEntry): Promise<void>;
  /**
   * Evaluates; runs call it without arguments. With several datasets it calls itself for each, with
   * the name after the prefix.
   */
  evaluate(evalDataset?: EvalDataset, options?: EvaluateOptions | string): Promise<LogEntry>;
  /** Writes model and tokenizer to a folder; runs call it for their checkpoints. */
  saveModel(outputDir?: string, options?: SaveModelOptions): Promise<void>;
}
