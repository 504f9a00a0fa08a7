import { shown } from '@attune/validate';

/** A file of a checkpoint that is not what it should be. */
export class CheckpointError extends Error {
  override name = 'CheckpointError';
}

/** A configuration that is wrong, contradicts itself, or asks for what this package does not do. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * The error for a model type that there is no class for.
 *
 * @param key where it stands in config.json
 */
export function modelTypeError(modelType: unknown, source: string, key = 'model_type'): ConfigError {
  const type = typeof modelType === 'string' ? `'${modelType.slice(0, 60)}'` : shown(modelType);
  return new ConfigError(
    `${source}: ${key} is ${type}; this package has 'bert' only. Choose a BERT checkpoint, such as bert-base-uncased.`,
  );
}

/**
 * A batch that the model cannot take: wrong shapes, ids outside the vocabulary, labels outside the
 * classes.
 */
export class BatchError extends Error {
  override name = 'BatchError';
  /** The row of the batch that it is about, where it is one. */
  readonly row: number | undefined;

  constructor(message: string, options: { readonly row?: number } = {}) {
    super(message);
    this.row = options.row;
  }
}

/** A model that was used after its `dispose()`. */
export class DisposedModelError extends Error {
  override name = 'DisposedModelError';
}

/** A text, an option or a tokenizer file that cannot be used. */
export class TokenizerError extends Error {
  override name = 'TokenizerError';
}

/**
 * A truncation that would leave nothing of a sequence, or that names a sequence which is not there.
 */
export class TruncationError extends TokenizerError {
  override name = 'TruncationError';
}
