/**
 * A batch of rows as columns. A column of a row type that is not known in detail stays `any` or
 * `unknown`.
 */
export type RowBatch<Row> = { [Name in keyof Row]: 0 extends 1 & Row[Name] ? Row[Name] : Row[Name][] };

/** What a batched function may return for a column. */
export type NewColumn = readonly unknown[] | Int32Array | Float32Array | Float64Array | Uint8Array | Uint32Array;

type Items<Column> = NonNullable<Column> extends ArrayLike<infer Item> ? Item : never;

/** Rows made of the columns that a batched function returns. */
export type RowOfColumns<Columns> = { [Name in keyof Columns]-?: Items<Columns[Name]> };

type IsLoose<Row> = string extends keyof Row ? true : false;

/**
 * Rows after `map`: the old columns, less those removed or replaced, and the new ones. Loosely
 * typed rows stay so.
 */
export type MappedRow<Row, New, Removed extends string> =
  IsLoose<Row> extends true ? Row : IsLoose<New> extends true ? New : Omit<Row, Removed | keyof New> & New;

export type RenamedRow<Row, From extends string, To extends string> =
  IsLoose<Row> extends true ? Row : { [Name in keyof Row as Name extends From ? To : Name]: Row[Name] };

export type WithoutColumns<Row, Removed extends string> = IsLoose<Row> extends true ? Row : Omit<Row, Removed>;

export type WithColumns<Row, Kept extends string> = IsLoose<Row> extends true ? Row : Pick<Row, Kept & keyof Row>;

export type ColumnName<Row> = keyof Row & string;
