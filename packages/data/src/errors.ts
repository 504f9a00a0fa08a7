/** Base class of the errors of this package. */
export class DatasetError extends Error {
  override name = 'DatasetError';
}

/** A column does not exist. */
export class ColumnNotFoundError extends DatasetError {
  override name = 'ColumnNotFoundError';
}

/** Values do not fit the type of their column, or types do not fit each other. */
export class FeatureError extends DatasetError {
  override name = 'FeatureError';
  /** The row of the value that does not fit, where it is one. */
  readonly row: number | undefined;

  constructor(message: string, options: { readonly row?: number } = {}) {
    super(message);
    this.row = options.row;
  }
}

/** What the function given to `map` or `filter` returned cannot be used. */
export class MapError extends DatasetError {
  override name = 'MapError';
}

/** A data file cannot be read: missing, empty, ragged, malformed. */
export class DataFileError extends DatasetError {
  override name = 'DataFileError';
}

/** A split does not exist, or its expression cannot be parsed. */
export class SplitError extends DatasetError {
  override name = 'SplitError';
}

/** Rows cannot become a batch. */
export class CollateError extends DatasetError {
  override name = 'CollateError';
  /** The row of the batch that cannot be part of it, where it is one. */
  readonly row: number | undefined;

  constructor(message: string, options: { readonly row?: number } = {}) {
    super(message);
    this.row = options.row;
  }
}
