import type { Batch, BatchArray } from '@attune/data';
import type { AbortSignal } from '@attune/platform';
import type { LrScheduler, Optimizer, ReduceLROnPlateau, Schedule, Tensor } from '@attune/tensor';
import type { EvalDataset, TrainerDataset } from './data/trainerDataset.ts';
import type { EvaluationOutput } from './evaluation/evaluationOutput.ts';
import type { Nested } from './evaluation/nested.ts';
import type { ForwardContext, ModelOutput, TrainableModel } from './model.ts';
import type { LogEntry } from './state/trainerState.ts';

/** Batches of an epoch, as a `DataLoader` of data gives them; an array of batches is one too. */
export type Dataloader = (AsyncIterable<Batch> | Iterable<Batch>) & {
  /** Batches in an epoch. */
  readonly length: number;
  /** Told the number of each epoch, from 0, before its batches are asked for. */
  setEpoch?(epoch: number): void;
};

/** What a Trainer's `createScheduler` gets. */
export interface SchedulerInput {
  /** Optimizer steps of the run. */
  readonly numTrainingSteps: number;
  /** Of these, the ones in which the learning rate rises. */
  readonly numWarmupSteps: number;
}

/** What a Trainer's `createOptimizer` gets. */
export interface OptimizerInput {
  /** The model whose parameters it changes. */
  readonly model: TrainableModel;
  /**
   * The learning rate of each step of the run, as `createScheduler` gave it; the first rate alone
   * where that depends on what training shows. Either is an `lr` of optimizers. Groups with rates
   * of their own are multiplied with the schedule's share of `learningRate`.
   */
  readonly learningRates: Float64Array | number;
}

/** What changes the rates of an optimizer step by step, or by a metric after each evaluation. */
export type OptimizerScheduler = LrScheduler | ReduceLROnPlateau;

/** A schedule that is made for an optimizer once that is there. */
export interface SchedulerMaker {
  /** The schedule for this optimizer. */
  forOptimizer(optimizer: Optimizer): OptimizerScheduler;
}

/** What a Trainer's `computeLoss` gets beside model and batch. */
export interface ComputeLossOptions {
  /** Whether the model's output is wanted too. Default false. */
  readonly returnOutputs?: boolean | undefined;
  /**
   * Labelled examples in the whole update, or all of its rows where none has labels: divide the sum
   * of losses by it, so that accumulation equals the large batch. Undefined in an evaluation: then
   * take the mean of this batch.
   */
  readonly numItemsInBatch?: number | undefined;
  /** Second argument of `model.forward`: it decides the dropout of this step. */
  readonly context?: ForwardContext | undefined;
}

/** The option `computeLossFunc` of a Trainer. */
export type ComputeLossFunc = (
  outputs: ModelOutput,
  labels: BatchArray,
  options: Pick<ComputeLossOptions, 'numItemsInBatch'>,
) => Tensor;

/** The loss, null where the batch has none; with `returnOutputs` the output beside it. */
export type ComputedLoss = Tensor | null | readonly [loss: Tensor | null, outputs: ModelOutput];

/** What a Trainer's `trainingStep` gets beside model and batch. */
export interface MicroBatchOptions {
  /** As in `computeLoss`. */
  readonly numItemsInBatch: number;
  /** As in `computeLoss`. */
  readonly context: ForwardContext;
  /** Records the backward pass of a loss, with the run's loss scale. */
  readonly backward: (loss: Tensor) => void;
}

/** Of one batch; null for what there is not, and arrays for several outputs or labels. */
export type PredictionStepOutput = readonly [
  loss: Tensor | null,
  logits: Nested<Tensor> | null,
  labels: Nested<BatchArray> | null,
];

/** What a Trainer's `predictionStep` gets beside model and batch. */
export interface PredictionStepOptions {
  /** Whether the loss alone is wanted. Default false. */
  readonly predictionLossOnly?: boolean | undefined;
  /** Outputs of the model that are no predictions, beside the loss. Default none. */
  readonly ignoreKeys?: readonly string[] | undefined;
}

/** Options of a Trainer's `evaluationLoop`. */
export interface EvaluationLoopOptions extends PredictionStepOptions {
  /**
   * `Prediction` for `predict`, which keeps what the model says of every batch. Default
   * `Evaluation`.
   */
  readonly description?: 'Evaluation' | 'Prediction' | undefined;
  /** What every metric's name begins with: `eval` gives `eval_loss`. */
  readonly metricKeyPrefix: string;
  /** Asks to end: throw its reason before the next batch. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a Trainer's `evaluate` and `predict`. */
export interface EvaluateOptions {
  /** What every metric's name begins with. Default `eval`, for predict() `test`. */
  readonly metricKeyPrefix?: string | undefined;
  /**
   * Ends it before its next batch, and while kernels are compiled: it rejects
   * with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined;
  /** Outputs of the model that are no predictions, such as `['hiddenStates']`. Default none. */
  readonly ignoreKeys?: readonly string[] | undefined;
}

/** Options of a Trainer's `saveModel`. */
export interface SaveModelOptions {
  /**
   * Whether a model that cannot be written there is written to a folder beside, which the error
   * then names. Default true; false for checkpoints.
   */
  readonly elsewhere?: boolean | undefined;
}

/**
 * Methods of a `Trainer` that its runs call: override one in a subclass, and it is used. Names and
 * order are those of `transformers.Trainer`. Overriding a method that `transformers` has and this
 * Trainer does not call is an error.
 *
 * `computeLoss`, `trainingStep` and `predictionStep` record work for the GPU: they return at once
 * and never wait (no `await`, no reading of values).
 */
export interface ExtensionPoints {
  /** Gives the batches of training. Called once a run. Default: shuffled rows of `trainDataset`. */
  getTrainDataloader(): Dataloader | Promise<Dataloader>;
  /** Gives the batches of an evaluation. Default: the rows in their order. */
  getEvalDataloader(evalDataset?: TrainerDataset): Dataloader | Promise<Dataloader>;
  /** Gives the batches of `predict`. Default: the rows in their order. */
  getTestDataloader(testDataset: TrainerDataset): Dataloader | Promise<Dataloader>;
  /**
   * Gives the learning rate of each step, counted from 0, or what makes a scheduler of an
   * optimizer. Called once a run.
   */
  createScheduler(input: SchedulerInput): Schedule | SchedulerMaker;
  /**
   * Gives the optimizer of a run, which is disposed of at its end. Called once a
   * run, after `createScheduler`. Default: that of `optim`, with weight decay on all
   * but biases and layer norms.
   */
  createOptimizer(input: OptimizerInput): Optimizer | Promise<Optimizer>;
  /**
   * The loss of a batch: its sum over examples divided by `numItemsInBatch`. Default: the model's
   * own, or label smoothing, which is loaded by `train`, `evaluate` and `predict`.
   *
   * @throws TrainerError for label smoothing before the first of them
   */
  computeLoss(model: TrainableModel, inputs: Batch, options?: ComputeLossOptions): ComputedLoss;
  /**
   * One micro-batch: forward, loss, `backward(loss)`. Returns the loss, null when there is none to
   * learn from.
   */
  trainingStep(model: TrainableModel, inputs: Batch, options: MicroBatchOptions): Tensor | null;
  /** One batch of an evaluation, without gradients and with the model in eval mode. */
  predictionStep(model: TrainableModel, inputs: Batch, options?: PredictionStepOptions): PredictionStepOutput;
  /** An evaluation from its first batch to its metrics; `evaluate` and `predict` call it. */
  evaluationLoop(dataloader: Dataloader, options: EvaluationLoopOptions): Promise<EvaluationOutput>;
  /** Keeps an entry in `state.logHistory`, with epoch and step, and tells the callbacks. */
  log(logs: LogEntry): Promise<void>;
  /**
   * The evaluations of a run call it without arguments. Of several datasets it calls itself once
   * for each, with the name behind the prefix.
   */
  evaluate(evalDataset?: EvalDataset, options?: EvaluateOptions | string): Promise<LogEntry>;
  /** Writes model and tokenizer into a folder; the checkpoints of a run call it with theirs. */
  saveModel(outputDir?: string, options?: SaveModelOptions): Promise<void>;
}
