import { shown } from '@attune/validate';

/** A file of a checkpoint is missing, damaged or of another kind. */
export class CheckpointError extends Error {
  override name = 'CheckpointError';
}

/** A configuration is wrong, contradicts itself, or needs an unsupported feature. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * The error for a model type without a class.
 *
 * @param key its key in config.json
 */
export function modelTypeError(modelType: unknown, source: string, key = 'model_type'): ConfigError {
  const type = typeof modelType === 'string' ? `'${modelType.slice(0, 60)}'` : shown(modelType);
  return new ConfigError(
    `${source}: ${key} is ${type}; this package supports only 'bert'. Choose a BERT checkpoint, such as bert-base-uncased.`,
  );
}

/**
 * A batch does not fit the model: wrong shapes, ids outside the vocabulary, labels outside the
 * classes.
 */
export class BatchError extends Error {
  override name = 'BatchError';
  /** The row of the batch at fault, if it is one. */
  readonly row: number | undefined;

  constructor(message: string, options: { readonly row?: number } = {}) {
    super(message);
    this.row = options.row;
  }
}

/** A model was used after its `dispose()`. */
export class DisposedModelError extends Error {
  override name = 'DisposedModelError';
}

/** A text, an option or a tokenizer file cannot be used. */
export class TokenizerError extends Error {
  override name = 'TokenizerError';
}

/** A truncation would remove a whole sequence, or names a sequence that does not exist. */
export class TruncationError extends TokenizerError {
  override name = 'TruncationError';
}
