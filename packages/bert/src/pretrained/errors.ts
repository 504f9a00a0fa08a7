/**
 * A batch that the model cannot take: wrong shapes, ids outside the vocabulary, labels outside the
 * classes.
 */
export class BatchError extends Error {
  override name = 'BatchError';
}

/** A model that was used after its `dispose()`. */
export class DisposedModelError extends Error {
  override name = 'DisposedModelError';
}
