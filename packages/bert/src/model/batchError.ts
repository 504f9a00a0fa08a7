/**
 * A batch that the model cannot take: wrong shapes, ids outside the vocabulary, labels outside the
 * classes.
 */
export class BatchError extends Error {
  override name = 'BatchError';
}
