/** A file of a checkpoint that is not what it should be. */
export class CheckpointError extends Error {
  override name = 'CheckpointError';
}

/** Parses a JSON file that must hold an object. @throws CheckpointError that names the file */
export function parseJsonObject(text: string, source: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CheckpointError(
      `${source} is not valid JSON: ${error instanceof Error ? error.message : String(error)}. Download or write it again.`,
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CheckpointError(
      `${source} should hold a JSON object; it holds ${Array.isArray(value) ? 'a list' : JSON.stringify(value)}.`,
    );
  }
  return value as Record<string, unknown>;
}
