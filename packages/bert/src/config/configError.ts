/** A configuration that is wrong, contradicts itself, or asks for what this package does not do. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}
