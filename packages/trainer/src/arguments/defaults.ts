import type { SchedulerType } from '@attune/tensor';
import type { OptimArgs, OptimizerName } from './optimizers.ts';

/** When something happens: never, every few optimizer steps, or at the end of each epoch. */
export type IntervalStrategy = 'no' | 'steps' | 'epoch';

/** When a checkpoint is written: as above, or after each evaluation that is the best so far. */
export type SaveStrategy = IntervalStrategy | 'best';

/** Where a run's log can be written as it grows. */
export const reportNames = ['tensorboard', 'jsonl'] as const;
/** Destination of the log that `reportTo` can name. */
export type ReportName = (typeof reportNames)[number];

/** The order in which training examples come. */
export type SamplingStrategy = 'random' | 'sequential' | 'group_by_length';

/** Which tokens are counted: all, all but padding, or none. */
export type TokensSeen = 'all' | 'non_padding' | 'no';

/** Options of activation checkpointing. */
export interface CheckpointingKwargs {
  /** Recompute every n-th layer in the backward pass. Default 1. */
  readonly everyNLayers?: number | undefined;
}

/**
 * Every argument of a training run. Names, meanings and defaults are those of
 * `transformers.TrainingArguments` (version 5), in camelCase.
 */
export interface TrainingArgumentsOptions {
  /** Examples in one forward and backward pass. Default 8. */
  perDeviceTrainBatchSize: number;
  /** Examples in one forward pass of an evaluation. Default 8. */
  perDeviceEvalBatchSize: number;
  /** Passes over the training set; may be a fraction. Default 3. */
  numTrainEpochs: number;
  /** Optimizer steps in all; overrides `numTrainEpochs` when above 0. Default -1. */
  maxSteps: number;
  /**
   * Batches whose gradients are accumulated before one optimizer step. Every example has the same
   * weight, however it is batched. Default 1.
   */
  gradientAccumulationSteps: number;

  /** Learning rate at the top of the schedule. Default 5e-5. */
  learningRate: number;
  /** Decoupled weight decay of all weights except biases and layer norms. Default 0. */
  weightDecay: number;
  /** Decay of AdamW's mean of gradients. Default 0.9. */
  adamBeta1: number;
  /** Decay of AdamW's mean of squared gradients. Default 0.999. */
  adamBeta2: number;
  /** Added to AdamW's denominator. Default 1e-8. */
  adamEpsilon: number;
  /**
   * Gradients whose norm is larger are scaled down to this norm; 0 disables clipping. Default 1.
   */
  maxGradNorm: number;
  /**
   * The optimizer; `adamw_torch` and `adamw_torch_fused` are the same here. Default
   * `adamw_torch_fused`.
   */
  optim: OptimizerName;
  /**
   * Options of the optimizer besides rate, decay and Adam's parameters: `{ momentum: 0.9 }`, or as
   * text `momentum=0.9`. Default null: none.
   */
  optimArgs: string | OptimArgs | null;

  /** Shape of the learning rate over the run. Default `linear`. */
  lrSchedulerType: SchedulerType;
  /**
   * Options of the schedule besides warmup and length, for example `{ numCycles: 2 }`. Default
   * none.
   */
  lrSchedulerKwargs: Readonly<Record<string, number | string | readonly number[]>>;
  /**
   * Steps over which the learning rate rises from 0; a number below 1 is a fraction of all steps.
   * Default 0.
   */
  warmupSteps: number;

  /** When the training loss is logged. Default `steps`. */
  loggingStrategy: IntervalStrategy;
  /** Steps between two logs; a number below 1 is a fraction of all steps. Default 500. */
  loggingSteps: number;
  /** Whether step 1 is logged too. Default false. */
  loggingFirstStep: boolean;
  /**
   * Where the log is written during the run: `tensorboard` writes event files for TensorBoard,
   * `jsonl` one line of JSON for each entry to `log.jsonl`. `all` is both. Default `none`.
   */
  reportTo: ReportName | 'all' | 'none' | readonly (ReportName | 'all' | 'none')[];
  /**
   * The folder of these files; `~` at its start is the home folder. A resumed run continues in it.
   * Default null: TENSORBOARD_LOGGING_DIR of the environment, else `runs/<time>_<host>` in the
   * output folder.
   */
  loggingDir: string | null;
  /**
   * How a run is shown: `text` for people, on standard error; `json` for programs, one line of JSON
   * for each event on standard output. Not in `transformers`. Default `text`.
   */
  logFormat: 'text' | 'json';
  /**
   * Whether to show no progress. Default false: a live line on a terminal, elsewhere a plain line
   * at least every 30 seconds.
   */
  disableTqdm: boolean;

  /** When the evaluation set is evaluated during training. Default `no`. */
  evalStrategy: IntervalStrategy;
  /**
   * Steps between two evaluations; a number below 1 is a fraction of all steps. Default null:
   * `loggingSteps`.
   */
  evalSteps: number | null;
  /** Epochs (or steps) before the first evaluation. Default 0. */
  evalDelay: number;
  /** Whether the evaluation set is evaluated before the first step. Default false. */
  evalOnStart: boolean;

  /** When a checkpoint is written. Default `steps`. */
  saveStrategy: SaveStrategy;
  /** Steps between two checkpoints; a number below 1 is a fraction of all steps. Default 500. */
  saveSteps: number;
  /** Checkpoints to keep, the best one included; older ones are removed. Default null: all. */
  saveTotalLimit: number | null;
  /** Whether checkpoints contain the model without the optimizer. Default false. */
  saveOnlyModel: boolean;
  /**
   * Whether to load the best checkpoint at the end of the run. Evaluations and checkpoints must
   * then happen at the same steps. Default false.
   */
  loadBestModelAtEnd: boolean;
  /**
   * The metric that decides which model is best, with or without `eval_`. Default null, or `loss`
   * with `loadBestModelAtEnd`.
   */
  metricForBestModel: string | null;
  /**
   * Whether a larger metric is better. Default null: true unless the name of the metric ends in
   * `loss`.
   */
  greaterIsBetter: boolean | null;
  /**
   * The checkpoint that `train()` resumes from: its path, or true for the newest complete one in
   * the output folder; `~` at its start is the home folder. Default null: none.
   */
  resumeFromCheckpoint: string | boolean | null;

  /**
   * Mixed precision: matrix products with their operands and results in f16; sums, weights,
   * optimizer state, layer norms and losses in f32; and a dynamic loss scale. For training only:
   * evaluation is in f32 unless `fp16FullEval` is set. Default false.
   */
  fp16: boolean;

  /**
   * Whether layers keep no activations and the backward pass recomputes them: less memory for more
   * time, with the same gradients bit for bit. `{ everyNLayers }` is accepted too. Default false.
   */
  activationCheckpointing: boolean | CheckpointingKwargs;
  /** `everyNLayers`: recompute every n-th layer. Default null: all of them. */
  activationCheckpointingKwargs: CheckpointingKwargs | null;
  /** Older name of `activationCheckpointing`; both are always equal. */
  gradientCheckpointing: boolean;
  /** Older name of `activationCheckpointingKwargs`; both are always equal. */
  gradientCheckpointingKwargs: CheckpointingKwargs | null;

  /** Seed of dropout, and of the data order unless `dataSeed` is given. Default 42. */
  seed: number;
  /** Seed of the data order. Default null: `seed`. */
  dataSeed: number | null;

  /** Whether to drop dataset columns that the model does not read. Default true. */
  removeUnusedColumns: boolean;
  /**
   * Batch keys of the labels. With several, metrics get an array of labels, if none of them is
   * missing. Default null: `labels`.
   */
  labelNames: readonly string[] | null;
  /**
   * Whether to count the tokens that training reads, in `state.numInputTokensSeen` and the log:
   * `all`, `non_padding`, or `no`; true is `all`. Default `no`.
   */
  includeNumInputTokensSeen: TokensSeen | boolean;
  /**
   * Whether to restart the run with half the training batch size until a batch fits on the GPU.
   * Evaluation batches keep their size. Default false.
   */
  autoFindBatchSize: boolean;
  /**
   * Noise on the embeddings of training, uniform up to `alpha / sqrt(columns * hidden size)`
   * (NEFTune, Jain et al., 2023, which uses 5 to 15). Default null: none.
   */
  neftuneNoiseAlpha: number | null;
  /**
   * Evaluation batches to compute before waiting for their results, which stay on the GPU until
   * then. Default null: one.
   */
  evalAccumulationSteps: number | null;
  /** Whether evaluations and predictions return only the loss. Default false. */
  predictionLossOnly: boolean;
  /**
   * What `computeMetrics` gets besides predictions and labels: `inputs`, the main input of the
   * model; `loss`, for each example the loss of its batch. Default none.
   */
  includeForMetrics: readonly ('inputs' | 'loss')[];
  /**
   * Whether to call `computeMetrics` for each batch, for the last with `computeResult` true, and
   * keep no predictions: memory does not grow with the evaluation set. Default false.
   */
  batchEvalMetrics: boolean;
  /**
   * Whether to evaluate in mixed precision, with temporary f16 copies of the weights. The weights
   * themselves stay unchanged. Default false.
   */
  fp16FullEval: boolean;
  /** Whether to drop the last batch of an epoch if it is not full. Default false. */
  dataloaderDropLast: boolean;
  /** Order of the training examples. Default `random`. */
  trainSamplingStrategy: SamplingStrategy;
  /**
   * The column with the lengths of rows for `group_by_length`; if there is none, `input_ids` are
   * counted. Default `length`.
   */
  lengthColumnName: string;
  /** Part of each label's weight that is spread evenly over all classes. Default 0. */
  labelSmoothingFactor: number;
}

export const defaultArguments: TrainingArgumentsOptions = {
  perDeviceTrainBatchSize: 8,
  perDeviceEvalBatchSize: 8,
  numTrainEpochs: 3,
  maxSteps: -1,
  gradientAccumulationSteps: 1,
  learningRate: 5e-5,
  weightDecay: 0,
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  adamEpsilon: 1e-8,
  maxGradNorm: 1,
  optim: 'adamw_torch_fused',
  optimArgs: null,
  lrSchedulerType: 'linear',
  lrSchedulerKwargs: {},
  warmupSteps: 0,
  loggingStrategy: 'steps',
  loggingSteps: 500,
  loggingFirstStep: false,
  reportTo: 'none',
  loggingDir: null,
  logFormat: 'text',
  disableTqdm: false,
  evalStrategy: 'no',
  evalSteps: null,
  evalDelay: 0,
  evalOnStart: false,
  saveStrategy: 'steps',
  saveSteps: 500,
  saveTotalLimit: null,
  saveOnlyModel: false,
  loadBestModelAtEnd: false,
  metricForBestModel: null,
  greaterIsBetter: null,
  resumeFromCheckpoint: null,
  fp16: false,
  activationCheckpointing: false,
  activationCheckpointingKwargs: null,
  gradientCheckpointing: false,
  gradientCheckpointingKwargs: null,
  seed: 42,
  dataSeed: null,
  removeUnusedColumns: true,
  labelNames: null,
  includeNumInputTokensSeen: 'no',
  autoFindBatchSize: false,
  neftuneNoiseAlpha: null,
  evalAccumulationSteps: null,
  predictionLossOnly: false,
  includeForMetrics: [],
  batchEvalMetrics: false,
  fp16FullEval: false,
  dataloaderDropLast: false,
  trainSamplingStrategy: 'random',
  lengthColumnName: 'length',
  labelSmoothingFactor: 0,
};
