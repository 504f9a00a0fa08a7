/** A file of a checkpoint that is not what it should be. */
export class CheckpointError extends Error {
  override name = 'CheckpointError';
}
