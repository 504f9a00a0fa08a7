import { shown } from '@attune/validate';

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
