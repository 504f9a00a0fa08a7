import {
  answerOtherNames,
  anyNumber,
  array,
  number,
  object,
  orNull,
  optional,
  pythonNames,
  requireArgument,
  requireOptions,
  text,
} from '@attune/validate';
import { TrainerError } from '../errors.ts';

/** A value in the log: a number, or any JSON, such as a confusion matrix. */
export type LogValue = number | string | boolean | null | readonly LogValue[] | { readonly [name: string]: LogValue };

/**
 * One entry of the log: `loss`, `grad_norm`, `learning_rate`, `eval_…` or `train_…`, with `epoch`
 * and `step`.
 */
export interface LogEntry {
  /** Mean training loss since the previous entry. */
  readonly loss?: number | undefined;
  /** Global norm of the last step's gradients, before clipping. */
  readonly grad_norm?: number | undefined;
  /** Learning rate of the last step. */
  readonly learning_rate?: number | undefined;
  /** Epochs done, with a fraction. */
  readonly epoch?: number | undefined;
  /** Optimizer steps done. */
  readonly step?: number | undefined;
  /** Mean loss of the evaluation. */
  readonly eval_loss?: number | undefined;
  /** Seconds of the evaluation. */
  readonly eval_runtime?: number | undefined;
  /** Evaluated examples per second. */
  readonly eval_samples_per_second?: number | undefined;
  /** Evaluated batches per second. */
  readonly eval_steps_per_second?: number | undefined;
  /** Mean loss of a prediction. */
  readonly test_loss?: number | undefined;
  /** Mean loss of all steps. */
  readonly train_loss?: number | undefined;
  /** Seconds of the run. */
  readonly train_runtime?: number | undefined;
  /** Trained examples per second. */
  readonly train_samples_per_second?: number | undefined;
  /** Optimizer steps per second. */
  readonly train_steps_per_second?: number | undefined;
  /** Floating point operations of the run, estimated. */
  readonly total_flos?: number | undefined;
  /** Tokens that training has read. */
  readonly num_input_tokens_seen?: number | undefined;
  /** Trained tokens per second. */
  readonly train_tokens_per_second?: number | undefined;
  readonly [name: string]: LogValue | undefined;
}

/** Fields of a state; omitted ones are as in a run that has not started. */
export type TrainerStateFields = Partial<Omit<TrainerState, 'toJSON'>>;

/** State of a run. Saved as `trainer_state.json`, with the keys of `transformers`. */
export class TrainerState {
  /** Epochs done, with a fraction. */
  epoch = 0;
  /** Optimizer steps done. */
  globalStep = 0;
  /** Optimizer steps of the whole run. */
  maxSteps = 0;
  /** Epochs of the whole run. */
  numTrainEpochs = 0;
  /** Number of examples in a micro-batch; null before the first run. */
  trainBatchSize: number | null = null;
  /** Steps from one log to the next. */
  loggingSteps = 500;
  /** Steps from one evaluation to the next. */
  evalSteps = 500;
  /** Steps from one checkpoint to the next. */
  saveSteps = 500;
  /** Floating point operations so far, by the usual estimate of 6 per parameter and token. */
  totalFlos = 0;
  /** Seed of the model's new head, if the model knows it. */
  headSeed: number | null = null;
  /** Tokens that training has read, where `includeNumInputTokensSeen` asks for them. */
  numInputTokensSeen = 0;
  /** The log so far. */
  logHistory: LogEntry[] = [];
  /** The best value so far of `metricForBestModel`. */
  bestMetric: number | null = null;
  /** The step of the evaluation that gave it. */
  bestGlobalStep: number | null = null;
  /** Path of the best checkpoint. */
  bestModelCheckpoint: string | null = null;
  /** States of callbacks for checkpoints, by the name of their class. */
  statefulCallbacks: Readonly<Record<string, unknown>> = {};

  /**
   * @param fields fields that differ from a run that has not started
   * @throws TrainerError for a field that does not exist, or a value that it cannot have
   */
  constructor(fields: TrainerStateFields = {}) {
    requireOptions('new TrainerState', fields, fieldKinds, { error: TrainerError });
    Object.assign(this, fields);
  }

  /** @throws TrainerError when it is neither a result of `toJSON` nor a file of Python's Trainer */
  static fromJSON(json: Readonly<Record<string, unknown>>): TrainerState {
    requireArgument('TrainerState.fromJSON', 'json', json, object, TrainerError);
    const fields = Object.entries(jsonNames).map(([name, key]) => [name, json[key]] as const);
    return new TrainerState(Object.fromEntries(fields.filter(([, value]) => value !== undefined)));
  }

  /** Content of `trainer_state.json`. */
  toJSON(): Record<string, unknown> {
    return {
      best_global_step: this.bestGlobalStep,
      best_metric: this.bestMetric,
      best_model_checkpoint: this.bestModelCheckpoint,
      epoch: this.epoch,
      eval_steps: this.evalSteps,
      global_step: this.globalStep,
      is_hyper_param_search: false,
      is_local_process_zero: true,
      is_world_process_zero: true,
      log_history: this.logHistory,
      logging_steps: this.loggingSteps,
      max_steps: this.maxSteps,
      num_input_tokens_seen: this.numInputTokensSeen,
      num_train_epochs: this.numTrainEpochs,
      save_steps: this.saveSteps,
      stateful_callbacks: this.statefulCallbacks,
      total_flos: this.totalFlos,
      train_batch_size: this.trainBatchSize,
      trial_name: null,
      trial_params: null,
    };
  }
}

/** Key of each field in `trainer_state.json`. */
const jsonNames = {
  epoch: 'epoch',
  globalStep: 'global_step',
  maxSteps: 'max_steps',
  numTrainEpochs: 'num_train_epochs',
  trainBatchSize: 'train_batch_size',
  loggingSteps: 'logging_steps',
  evalSteps: 'eval_steps',
  saveSteps: 'save_steps',
  totalFlos: 'total_flos',
  numInputTokensSeen: 'num_input_tokens_seen',
  logHistory: 'log_history',
  bestMetric: 'best_metric',
  bestGlobalStep: 'best_global_step',
  bestModelCheckpoint: 'best_model_checkpoint',
  statefulCallbacks: 'stateful_callbacks',
} as const satisfies { readonly [Name in keyof TrainerStateFields]: string };

const fieldKinds = {
  epoch: optional(number),
  globalStep: optional(number),
  maxSteps: optional(number),
  numTrainEpochs: optional(number),
  trainBatchSize: optional(orNull(number)),
  loggingSteps: optional(number),
  evalSteps: optional(number),
  saveSteps: optional(number),
  totalFlos: optional(number),
  numInputTokensSeen: optional(number),
  headSeed: optional(orNull(number)),
  logHistory: optional(array),
  bestMetric: optional(orNull(anyNumber)),
  bestGlobalStep: optional(orNull(number)),
  bestModelCheckpoint: optional(orNull(text)),
  statefulCallbacks: optional(object),
};

answerOtherNames(TrainerState.prototype, 'a TrainerState has', TrainerError, pythonNames(Object.keys(fieldKinds)));
