import { shown } from '@attune/validate';

/** A configuration that is wrong, contradicts itself, or asks for what this package does not do. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** The error for a model type that there is no class for. */
export function modelTypeError(modelType: unknown, source: string): ConfigError {
  const type = typeof modelType === 'string' ? `'${modelType.slice(0, 60)}'` : shown(modelType);
  return new ConfigError(
    `${source}: model_type is ${type}; this package has 'bert' only. Choose a BERT checkpoint, such as bert-base-uncased.`,
  );
}
