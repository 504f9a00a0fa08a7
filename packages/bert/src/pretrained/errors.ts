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
