import type { SchedulerType } from '@attune/tensor';
import type { OptimArgs, OptimizerName } from './optimizers.ts';

/** When something happens: never, every so many optimizer steps, or at the end of each epoch. */
export type IntervalStrategy = 'no' | 'steps' | 'epoch';

/** When a checkpoint is written: as above, or whenever an evaluation was the best so far. */
export type SaveStrategy = IntervalStrategy | 'best';

/** Where a run's log can be written as it grows. */
export const reportNames = ['tensorboard', 'jsonl'] as const;
/** A place for the log that `reportTo` can name. */
export type ReportName = (typeof reportNames)[number];

/** The order in which training examples come. */
export type SamplingStrategy = 'random' | 'sequential' | 'group_by_length';

/** Which tokens are counted: all, those that are no padding, or none. */
export type TokensSeen = 'all' | 'non_padding' | 'no';

/** Options of activation checkpointing. */
export interface CheckpointingKwargs {
  /** Every how many layers one is computed again in the backward pass. Default 1. */
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
   * Batches whose gradients are added up before one optimizer step. Each example counts the same,
   * however the batches are cut. Default 1.
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
  /** Gradients whose norm is larger are scaled down to it; 0 switches clipping off. Default 1. */
  maxGradNorm: number;
  /** The optimizer; the first two names mean the same AdamW here. Default `adamw_torch_fused`. */
  optim: OptimizerName;
  /**
   * What the optimizer takes beyond rate, decay and Adam's numbers: `{ momentum: 0.9 }`, or as a
   * text `momentum=0.9`. Default null: none.
   */
  optimArgs: string | OptimArgs | null;

  /** Shape of the learning rate over the run. Default `linear`. */
  lrSchedulerType: SchedulerType;
  /**
   * What the schedule takes beyond warmup and length, for example `{ numCycles: 2 }`. Default none.
   */
  lrSchedulerKwargs: Readonly<Record<string, number | string | readonly number[]>>;
  /**
   * Steps over which the learning rate rises from 0; below 1 it is a part of all steps. Default 0.
   */
  warmupSteps: number;

  /** When the training loss is logged. Default `steps`. */
  loggingStrategy: IntervalStrategy;
  /** Steps between two logs; below 1 it is a part of all steps. Default 500. */
  loggingSteps: number;
  /** Whether step 1 is logged too. Default false. */
  loggingFirstStep: boolean;
  /**
   * Where the log goes while it grows: `tensorboard` writes event files that TensorBoard reads,
   * `jsonl` a line of JSON for each entry into `log.jsonl`. `all` is both. Default `none`.
   */
  reportTo: ReportName | 'all' | 'none' | readonly (ReportName | 'all' | 'none')[];
  /**
   * The folder of these files; `~` at its start is the home folder. A run that is resumed goes
   * on in it. Default null: TENSORBOARD_LOGGING_DIR of the environment, else
   * `runs/<time>_<host>` in the output folder.
   */
  loggingDir: string | null;
  /**
   * How a run is shown: `text` for a person, on standard error; `json` for a program, a line of
   * JSON for each event on standard output. Not one of `transformers`. Default `text`.
   */
  logFormat: 'text' | 'json';
  /**
   * No progress. Default false: a live line on a terminal, elsewhere a plain line at least every 30
   * seconds.
   */
  disableTqdm: boolean;

  /** When the evaluation set is evaluated during training. Default `no`. */
  evalStrategy: IntervalStrategy;
  /** Steps between two evaluations; below 1 it is a part of all steps. Default: `loggingSteps`. */
  evalSteps: number | null;
  /** Epochs (or steps) before the first evaluation. Default 0. */
  evalDelay: number;
  /** Whether the evaluation set is evaluated before the first step. Default false. */
  evalOnStart: boolean;

  /** When a checkpoint is written. Default `steps`. */
  saveStrategy: SaveStrategy;
  /** Steps between two checkpoints; below 1 it is a part of all steps. Default 500. */
  saveSteps: number;
  /** Checkpoints kept, the best among them; older ones are removed. Default null: all. */
  saveTotalLimit: number | null;
  /** Checkpoints hold the model but not the optimizer. Default false. */
  saveOnlyModel: boolean;
  /**
   * Whether the model is that of the best checkpoint when the run ends. Evaluations and checkpoints
   * must then come together. Default false.
   */
  loadBestModelAtEnd: boolean;
  /**
   * The metric that decides which model is best, `eval_` before it or not. Default null, or `loss`
   * with `loadBestModelAtEnd`.
   */
  metricForBestModel: string | null;
  /** Default null: true unless the name of the metric ends in `loss`. */
  greaterIsBetter: boolean | null;
  /**
   * Where `train()` goes on: the path of a checkpoint, or true for the newest whole one in the
   * output folder; `~` at its start is the home folder. Default null: it begins anew.
   */
  resumeFromCheckpoint: string | boolean | null;

  /**
   * Mixed precision: matrix products and what they read and write in f16, with sums, weights,
   * optimizer state, layer norms and losses in f32, and a loss scale that adapts. For training;
   * evaluation is in f32 but for `fp16FullEval`. Default false.
   */
  fp16: boolean;

  /**
   * Layers keep nothing for the backward pass, which computes them again: less memory for more
   * time, and the same gradients bit for bit. `{ everyNLayers }` is taken too. Default false.
   */
  activationCheckpointing: boolean | CheckpointingKwargs;
  /** `everyNLayers`: every how many layers one is computed again. Default null: all of them. */
  activationCheckpointingKwargs: CheckpointingKwargs | null;
  /** The older name of `activationCheckpointing`, which it always equals. */
  gradientCheckpointing: boolean;
  /** The older name of `activationCheckpointingKwargs`, which it always equals. */
  gradientCheckpointingKwargs: CheckpointingKwargs | null;

  /** Seed of dropout, and of the data order unless `dataSeed` is given. Default 42. */
  seed: number;
  /** Seed of the data order. Default null: `seed`. */
  dataSeed: number | null;

  /** Drops dataset columns that the model does not read. Default true. */
  removeUnusedColumns: boolean;
  /**
   * Batch keys that hold labels. With several, predictions have labels where none is missing, and
   * metrics get an array of them. Default null: `labels`.
   */
  labelNames: readonly string[] | null;
  /**
   * Counts the tokens that training reads in `state.numInputTokensSeen` and logs them: `all`,
   * `non_padding`, or `no`; true is `all`. Default `no`.
   */
  includeNumInputTokensSeen: TokensSeen | boolean;
  /**
   * A training batch that does not fit on the GPU is halved, and the run begins anew, until one
   * fits. Batches of evaluations stay as they are. Default false.
   */
  autoFindBatchSize: boolean;
  /**
   * Noise on the embeddings of training, uniform up to `alpha / sqrt(columns * hidden size)`
   * (NEFTune, Jain et al., 2023, which uses 5 to 15). Default null: none.
   */
  neftuneNoiseAlpha: number | null;
  /**
   * Batches of an evaluation that are computed before their results are waited for; each holds its
   * results on the GPU so long. Default null: one.
   */
  evalAccumulationSteps: number | null;
  /** Evaluations and predictions give the loss alone. Default false. */
  predictionLossOnly: boolean;
  /**
   * What `computeMetrics` gets besides predictions and labels: `inputs`, what the model reads
   * first; `loss`, of each example that of its batch. Default none.
   */
  includeForMetrics: readonly ('inputs' | 'loss')[];
  /**
   * Calls `computeMetrics` for each batch, at the last with `computeResult` true, and keeps nothing
   * of those before: memory does not grow with the evaluation set. Default false.
   */
  batchEvalMetrics: boolean;
  /**
   * Evaluations in mixed precision, by f16 copies of the weights that last as long: products and
   * what they read and write in f16. The weights stay as they are. Default false.
   */
  fp16FullEval: boolean;
  /** Leaves out the last batch of an epoch when it is not full. Default false. */
  dataloaderDropLast: boolean;
  /** Order of the training examples. Default `random`. */
  trainSamplingStrategy: SamplingStrategy;
  /**
   * The column with the lengths of rows for `group_by_length`; without it, `input_ids` are
   * counted. Default `length`.
   */
  lengthColumnName: string;
  /** Part of each label's weight that is spread over all classes. Default 0. */
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
