import { refuseSurplus } from '@attune/validate';
import type { Column } from '../columns/column.ts';
import { DatasetError, FeatureError } from '../errors.ts';
import { ClassLabel, describeFeature } from '../features/feature.ts';
import type { Features } from '../features/feature.ts';
import { requireDatasetOptions } from '../requireDatasetOptions.ts';
import { shownValue } from '../shownValue.ts';
import { iterOptions } from './options.ts';
import { findColumn, requireSingle, setOwn, tableLength } from './table.ts';
import type { Table } from './table.ts';
import type { ColumnName, RowBatch } from './rowTypes.ts';

/** The readable part of a dataset: its rows, columns and types. */
export class DatasetRows<Row> {
  readonly #table: Table;
  /** Row indices in the table, in this dataset's order; undefined for all rows in order. */
  readonly #rows: Int32Array | undefined;
  /** Rows. */
  readonly length: number;
  #fingerprint: Promise<string> | undefined;

  /** Use `Dataset.fromRows`, `Dataset.fromColumns` or `loadDataset`. @throws DatasetError */
  constructor(table: Table, rows?: Int32Array) {
    if (!(table instanceof Map))
      throw new DatasetError(
        'A dataset is made by Dataset.fromRows([{ text, label }, …]), Dataset.fromColumns({ text: […], label: […] }) or loadDataset(path)',
      );
    this.#table = table;
    // Without columns there are no rows.
    this.#rows = table.size === 0 ? undefined : rows;
    this.length = this.#rows?.length ?? tableLength(table);
  }

  /** Names of the columns, in order. */
  get columnNames(): readonly string[] {
    return [...this.#table.keys()];
  }

  /** Rows, as Python's `num_rows`; the same as `length`. */
  get numRows(): number {
    return this.length;
  }

  /** Columns, as Python's `num_columns`. */
  get numColumns(): number {
    return this.#table.size;
  }

  /** [rows, columns]. */
  get shape(): readonly [number, number] {
    return [this.length, this.#table.size];
  }

  /** Column names and their types. */
  get features(): Features {
    return Object.fromEntries([...this.#table].map(([name, { feature }]) => [name, feature]));
  }

  /**
   * The classes of a column: `dataset.classLabel('label').names`.
   *
   * @throws ColumnNotFoundError; FeatureError when it holds something else
   */
  classLabel(name: ColumnName<Row>): ClassLabel {
    const { feature } = findColumn(this.#table, name, 'classLabel');
    if (feature instanceof ClassLabel) return feature;
    throw new FeatureError(
      `classLabel: '${name}' is ${describeFeature(feature)}, not a class label. Use classEncodeColumn('${name}') first.`,
    );
  }

  /**
   * The row at an index; negative ones count from the end.
   *
   * @throws DatasetError when there is no such row
   */
  at(index: number): Row {
    const position = index < 0 ? index + this.length : index;
    if (!Number.isInteger(index) || position < 0 || position >= this.length)
      throw new DatasetError(`There is no row ${shownValue(index)}: the dataset has ${this.length} rows`);
    const row: Record<string, unknown> = {};
    const own = this.#rows ? this.#rows[position]! : position;
    for (const [name, column] of this.#table) setOwn(row, name, column.at(own));
    return row as Row;
  }

  *[Symbol.iterator](): Generator<Row> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  /** Rows in groups, as columns; the last group may be smaller unless `dropLastBatch`. */
  iter(options: { readonly batchSize: number; readonly dropLastBatch?: boolean }): Generator<RowBatch<Row>> {
    requireDatasetOptions('iter', options, iterOptions);
    return this.#batches(options.batchSize, options.dropLastBatch ?? false);
  }

  *#batches(batchSize: number, dropLastBatch: boolean): Generator<RowBatch<Row>> {
    for (let start = 0; start < this.length; start += batchSize) {
      if (dropLastBatch && start + batchSize > this.length) return;
      yield this.#columns(start, Math.min(start + batchSize, this.length));
    }
  }

  /**
   * All values of a column. Class labels are numbers; missing values null.
   *
   * @throws ColumnNotFoundError
   */
  column<Name extends ColumnName<Row>>(name: Name): Row[Name][] {
    return this.#values(findColumn(this.#table, name, 'column'), 0, this.length) as Row[Name][];
  }

  /** All columns by name, as plain lists. */
  toColumns(): RowBatch<Row> {
    return this.#columns(0, this.length);
  }

  #columns(start: number, end: number): RowBatch<Row> {
    const columns = [...this.#table].map(([name, column]) => [name, this.#values(column, start, end)]);
    return Object.fromEntries(columns) as RowBatch<Row>;
  }

  #values(column: Column, start: number, end: number): unknown[] {
    return Array.from({ length: end - start }, (_, row) =>
      column.at(this.#rows ? this.#rows[start + row]! : start + row),
    );
  }

  /** All rows as plain objects. */
  toRows(): Row[] {
    return [...this];
  }

  /**
   * The different values of a column, in the order of their first appearance.
   *
   * @throws DatasetError, ColumnNotFoundError
   */
  unique<Name extends ColumnName<Row>>(name: Name): Row[Name][] {
    refuseSurplus('unique', 1, arguments, DatasetError);
    requireSingle('unique', name, findColumn(this.#table, name, 'unique'));
    return [...new Set(this.column(name))];
  }

  /** The table and row indices, for datasets that share them. @internal */
  protected get view(): { readonly table: Table; readonly rows: Int32Array | undefined } {
    return { table: this.#table, rows: this.#rows };
  }

  /** The table with rows in this dataset's order. @internal */
  protected ordered(): Table {
    const rows = this.#rows;
    if (!rows) return this.#table;
    return new Map([...this.#table].map(([name, column]) => [name, column.gather(rows)]));
  }

  /** SHA-256 of columns, types and values: equal for equal datasets. */
  fingerprint(): Promise<string> {
    this.#fingerprint ??= import('../columns/tableFile.ts')
      .then(async ({ packTable, sha256 }) => sha256(await packTable(this.ordered())))
      .catch((error: unknown) => {
        // A page that has lost its server may try again.
        this.#fingerprint = undefined;
        throw error;
      });
    return this.#fingerprint;
  }

  /** The text that `datasets` prints. */
  toString(): string {
    return `Dataset({\n    features: [${this.columnNames.map((name) => `'${name}'`).join(', ')}],\n    num_rows: ${this.length}\n})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
