/** Base class of the errors of this package. */
export class TrainerError extends Error {
  override name = 'TrainerError';
}

/**
 * A training argument is unknown, has an impossible value, contradicts another, or is not
 * supported.
 */
export class TrainingArgumentsError extends TrainerError {
  override name = 'TrainingArgumentsError';
}

/** A dataset is missing, empty, or lacks the columns that the model reads. */
export class TrainerDatasetError extends TrainerError {
  override name = 'TrainerDatasetError';
}

/**
 * Loss or gradient became NaN or infinite. The update of that step was skipped on the GPU and
 * training stopped: the weights are those of the last good step.
 */
export class NonFiniteLossError extends TrainerError {
  override name = 'NonFiniteLossError';
  /** The first step that went wrong, counted from 1. */
  readonly step: number;

  constructor(message: string, step: number, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.step = step;
  }
}

/** A checkpoint is damaged, missing, or of another run than the one to resume. */
export class CheckpointError extends TrainerError {
  override name = 'CheckpointError';
}

/** A signal has ended a run after a step, and a checkpoint was saved. */
export class TrainingInterruptedError extends TrainerError {
  override name = 'TrainingInterruptedError';
  /** Its name, such as SIGINT. */
  readonly signal: string;
  /** Path of the checkpoint to resume from. */
  readonly checkpoint: string;

  constructor(message: string, { signal, checkpoint }: { readonly signal: string; readonly checkpoint: string }) {
    super(message);
    this.signal = signal;
    this.checkpoint = checkpoint;
  }
}

/** A folder or file of results could not be written. */
export class SaveError extends TrainerError {
  override name = 'SaveError';
}

/**
 * A batch needs an array that does not fit on the GPU; the message says which argument to lower,
 * and to what.
 */
export class BatchTooLargeError extends TrainerError {
  override name = 'BatchTooLargeError';
  /** The argument to lower. */
  readonly argument: BatchSizeName;

  constructor(
    message: string,
    { argument, ...options }: { readonly cause?: unknown; readonly argument: BatchSizeName },
  ) {
    super(message, options);
    this.argument = argument;
  }
}

/** Arguments that decide how large a batch is. */
export type BatchSizeName = 'perDeviceTrainBatchSize' | 'perDeviceEvalBatchSize';
