import { readCache, writeCache } from '#platform';
import { progressLine } from '@attune/platform';
import { castColumn as castValues, concatenateColumns, makeColumn } from '../columns/makeColumn.ts';
import type { Column } from '../columns/column.ts';
import { packTable, sha256, unpackTable } from '../columns/tableFile.ts';
import { ColumnNotFoundError, DatasetError, FeatureError, MapError } from '../errors.ts';
import { ClassLabel, describeFeature, ownFeature } from '../features/feature.ts';
import type { Feature, Features } from '../features/feature.ts';
import { show } from '../features/inferFeature.ts';
import { Pcg64 } from '../random/pcg64.ts';
import { hashOf, identityOf } from './cacheKey.ts';
// `trainTestSplit` returns a dict: see datasetDict.ts.
// oxlint-disable-next-line import/no-cycle
import { datasetDict } from './datasetDict.ts';
import type { DatasetDict } from './datasetDict.ts';
import { LongWork } from './longWork.ts';
import { mapTable } from './mapRows.ts';
import type { AnyFunction } from './mapRows.ts';
import { compareText, sortedRows } from './sortRows.ts';
import { freshSeed, splitRows } from './splitRows.ts';
import { findColumn, setOwn, tableLength } from './table.ts';
import type { Table } from './table.ts';
import type {
  ColumnName,
  FilterOptions,
  MapOptions,
  MappedRow,
  NewColumn,
  RenamedRow,
  RowBatch,
  RowOfColumns,
  SortOptions,
  SplitOptions,
  WithColumns,
  WithoutColumns,
} from './types.ts';

/**
 * A table of named, typed columns that never changes: every operation gives a new dataset, which
 * shares what it can with the old one. Names and behaviour are those of Python's `datasets`, in
 * camelCase.
 */
export class Dataset<Row = Record<string, unknown>> {
  readonly #table: Table;
  /** Row numbers in the table, in this dataset's order; undefined: all, as they are. */
  readonly #rows: Int32Array | undefined;
  readonly length: number;
  #fingerprint: Promise<string> | undefined;

  /** Use `Dataset.fromRows`, `Dataset.fromColumns` or `loadDataset`. */
  constructor(table: Table, rows?: Int32Array) {
    this.#table = table;
    this.#rows = rows;
    const tableRows = tableLength(table);
    this.length = rows?.length ?? tableRows;
  }

  /**
   * A dataset of objects. Columns are those of the first row and any others have; a row without one
   * has null there.
   *
   * @param options.features types of columns; those not named are inferred
   * @throws FeatureError when the values of a column are of different types
   */
  static fromRows<Row extends object>(
    rows: readonly Row[],
    options: { readonly features?: Features } = {},
  ): Dataset<Row> {
    const names = new Set<string>();
    for (const [index, row] of rows.entries()) {
      if (typeof row !== 'object' || row === null || Array.isArray(row))
        throw new DatasetError(
          `fromRows: row ${index} is ${show(row)}; an object with a value for each column was expected.`,
        );
      for (const name of Object.keys(row)) names.add(name);
    }
    for (const name of Object.keys(options.features ?? {})) names.add(name);
    const columns = [...names].map(
      (name) =>
        [
          name,
          rows.map((row) => (Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : undefined)),
        ] as const,
    );
    return Dataset.fromColumns(Object.fromEntries(columns), options) as unknown as Dataset<Row>;
  }

  /**
   * A dataset of columns of one length: arrays or typed arrays.
   *
   * @throws DatasetError when they differ in length, FeatureError when values do not fit their type
   */
  static fromColumns<Columns extends Readonly<Record<string, NewColumn>>>(
    columns: Columns,
    options: { readonly features?: Features } = {},
  ): Dataset<RowOfColumns<Columns>> {
    const { features = {} } = options;
    const unknown = Object.keys(features).find((name) => !Object.hasOwn(columns, name));
    if (unknown !== undefined)
      throw new ColumnNotFoundError(
        `features: there is no column '${unknown}'. The columns are ${Object.keys(columns).join(', ')}.`,
      );
    return new Dataset(
      new Map(
        Object.entries(columns).map(([name, values]) => [name, makeColumn(name, values, ownFeature(features, name))]),
      ),
    );
  }

  get columnNames(): readonly string[] {
    return [...this.#table.keys()];
  }

  get numRows(): number {
    return this.length;
  }

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
   * The row of a number; negative ones count from the end. @throws DatasetError when there is no
   * such row
   */
  at(index: number): Row {
    const position = index < 0 ? index + this.length : index;
    if (!Number.isInteger(index) || position < 0 || position >= this.length)
      throw new DatasetError(`There is no row ${index}: the dataset has ${this.length} rows.`);
    const row: Record<string, unknown> = {};
    const own = this.#rows ? this.#rows[position]! : position;
    for (const [name, column] of this.#table) setOwn(row, name, column.at(own));
    return row as Row;
  }

  *[Symbol.iterator](): Generator<Row> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  /** Rows in groups, as columns; the last group may be smaller unless `dropLastBatch`. */
  *iter({
    batchSize,
    dropLastBatch = false,
  }: {
    readonly batchSize: number;
    readonly dropLastBatch?: boolean;
  }): Generator<RowBatch<Row>> {
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new DatasetError(`iter: batchSize is ${batchSize}; a whole number from 1 was expected.`);
    for (let start = 0; start < this.length; start += batchSize) {
      if (dropLastBatch && start + batchSize > this.length) return;
      yield this.slice(start, start + batchSize).toColumns();
    }
  }

  /**
   * All values of a column. Class labels are numbers; missing values null. @throws
   * ColumnNotFoundError
   */
  column<Name extends ColumnName<Row>>(name: Name): Row[Name][] {
    const column = findColumn(this.#table, name, 'column');
    return Array.from({ length: this.length }, (_, row) =>
      column.at(this.#rows ? this.#rows[row]! : row),
    ) as Row[Name][];
  }

  toColumns(): RowBatch<Row> {
    return Object.fromEntries(
      this.columnNames.map((name) => [name, this.column(name as ColumnName<Row>)]),
    ) as RowBatch<Row>;
  }

  toRows(): Row[] {
    return [...this];
  }

  /** The different values of a column, in the order of their first appearance. */
  unique<Name extends ColumnName<Row>>(name: Name): Row[Name][] {
    const { feature } = findColumn(this.#table, name, 'unique');
    if (feature.type === 'list' || (feature.type === 'value' && feature.dtype === 'struct'))
      throw new DatasetError(
        `unique: '${name}' holds ${describeFeature(feature)}; only single values can be compared.`,
      );
    return [...new Set(this.column(name))];
  }

  #take(rows: Int32Array): Dataset<Row> {
    const own = this.#rows;
    return new Dataset(this.#table, own ? rows.map((row) => own[row]!) : rows);
  }

  /** The table with rows in this dataset's order. */
  #ordered(): Table {
    const rows = this.#rows;
    if (!rows) return this.#table;
    return new Map([...this.#table].map(([name, column]) => [name, column.gather(rows)]));
  }

  /**
   * Rows from `start` to `end` (exclusive); negative numbers count from the end, as in
   * `Array.slice`.
   */
  slice(start = 0, end = this.length): Dataset<Row> {
    const clamp = (index: number) =>
      Math.min(Math.max(Math.trunc(index < 0 ? index + this.length : index), 0), this.length);
    const from = clamp(start);
    return this.#take(Int32Array.from({ length: Math.max(0, clamp(end) - from) }, (_, row) => from + row));
  }

  /**
   * The rows of these numbers, in that order; negative ones count from the end. @throws
   * DatasetError
   */
  select(indices: Iterable<number>): Dataset<Row> {
    const rows = Int32Array.from(indices, (index) => {
      const position = index < 0 ? index + this.length : index;
      if (!Number.isInteger(index) || position < 0 || position >= this.length)
        throw new DatasetError(`select: there is no row ${index}; the dataset has ${this.length} rows.`);
      return position;
    });
    return this.#take(rows);
  }

  /** The first rows. */
  take(count: number): Dataset<Row> {
    return this.slice(0, Math.max(0, count));
  }

  /** All but the first rows. */
  skip(count: number): Dataset<Row> {
    return this.slice(Math.max(0, count));
  }

  /**
   * One of `numShards` equal parts (the first ones are a row longer if need be): neighbouring rows,
   * or, with contiguous: false, every numShards-th row.
   */
  shard({
    numShards,
    index,
    contiguous = true,
  }: {
    readonly numShards: number;
    readonly index: number;
    readonly contiguous?: boolean;
  }): Dataset<Row> {
    if (!Number.isInteger(numShards) || !Number.isInteger(index) || numShards < 1 || index < 0 || index >= numShards) {
      throw new DatasetError(
        `shard: index ${index} of ${numShards} shards; the index must be from 0 to the number of shards less one.`,
      );
    }
    if (!contiguous)
      return this.select(
        Array.from({ length: Math.ceil((this.length - index) / numShards) }, (_, row) => index + row * numShards),
      );
    const [whole, rest] = [Math.floor(this.length / numShards), this.length % numShards];
    const start = whole * index + Math.min(index, rest);
    return this.slice(start, start + whole + (index < rest ? 1 : 0));
  }

  /**
   * Rows in random order: that of `datasets` (NumPy's `default_rng(seed).permutation`).
   *
   * @param seed a number, or { seed }. Default: a new one each time
   */
  shuffle(seed?: number | bigint | { readonly seed?: number | bigint }): Dataset<Row> {
    const given = typeof seed === 'object' ? seed.seed : seed;
    return this.#take(new Pcg64(given ?? freshSeed()).permutation(this.length));
  }

  /** Rows ordered by one or more columns; equal rows keep their order. */
  sort(columns: ColumnName<Row> | readonly ColumnName<Row>[], options: SortOptions = {}): Dataset<Row> {
    const names: readonly string[] = typeof columns === 'string' ? [columns] : columns;
    const table = this.#ordered();
    return this.#take(
      sortedRows(
        names.map((name) => findColumn(table, name, 'sort')),
        options,
      ),
    );
  }

  /**
   * Two datasets, `train` and `test`, drawn as `datasets` draws them.
   *
   * @throws DatasetError for sizes that cannot be
   */
  trainTestSplit(options: SplitOptions = {}): DatasetDict<Row> {
    if (this.length === 0) return datasetDict({ train: this, test: this });
    const { stratifyByColumn } = options;
    const labels =
      stratifyByColumn === undefined ? undefined : findColumn(this.#ordered(), stratifyByColumn, 'trainTestSplit');
    const { train, test } = splitRows(this.length, options, labels);
    return datasetDict({ train: this.#take(train), test: this.#take(test) });
  }

  /**
   * Adds or replaces columns. The function gets a row, or with `batched: true` an object of arrays,
   * and its number or numbers; it returns an object with the new columns, or nothing if it only
   * looks. It may be asynchronous. In batched mode it may return more or fewer rows than it got, if
   * no old column is kept beside.
   *
   * @throws MapError when what it returns cannot be used, FeatureError when its values are of
   *   different types
   */
  map<New extends Readonly<Record<string, NewColumn | undefined>>, Removed extends string = never>(
    mapper: (batch: RowBatch<Row>, indices: number[]) => New | null | void | Promise<New | null | void>,
    options: MapOptions<Removed> & { readonly batched: true },
  ): Promise<Dataset<MappedRow<Row, RowOfColumns<New>, Removed>>>;
  map<New extends object, Removed extends string = never>(
    mapper: (row: Row, index: number) => New | null | void | Promise<New | null | void>,
    options?: MapOptions<Removed> & { readonly batched?: false },
  ): Promise<Dataset<MappedRow<Row, New, Removed>>>;
  async map(mapper: AnyFunction, options: MapOptions = {}): Promise<unknown> {
    const { batched = false, batchSize = 1000, removeColumns = [], cache, desc = 'Map' } = options;
    if (typeof mapper !== 'function') throw new MapError(`map needs a function; it got ${show(mapper)}.`);
    const removed = typeof removeColumns === 'string' ? [removeColumns] : removeColumns;
    const identity = identityOf(mapper, cache);
    const key =
      identity === undefined
        ? undefined
        : await hashOf('map', await this.fingerprint(), identity, batched, batchSize, removed);
    const kept = key === undefined ? undefined : await readTable(key);
    if (kept) return new Dataset(kept);
    const table = await mapTable({
      table: this.#ordered(),
      length: this.length,
      mapper,
      batched,
      batchSize,
      removed,
      label: desc,
    });
    if (!table) return removed.length > 0 ? this.removeColumns(removed as ColumnName<Row>[]) : this;
    if (key !== undefined)
      await writeCache(key, await packTable(table)).catch((error: unknown) => {
        throw new MapError(
          `map: the result cannot be kept: ${error instanceof Error ? error.message : String(error)}. Set ATTUNE_CACHE to a folder that can be written.`,
          { cause: error },
        );
      });
    return new Dataset(table);
  }

  /**
   * The rows for which the function says true; with `batched: true` it gets an object of arrays and
   * returns as many booleans. It may be asynchronous.
   *
   * @throws MapError when it returns something else
   */
  filter(
    predicate: (batch: RowBatch<Row>, indices: number[]) => readonly boolean[] | Promise<readonly boolean[]>,
    options: FilterOptions & { readonly batched: true },
  ): Promise<Dataset<Row>>;
  filter(
    predicate: (row: Row, index: number) => boolean | Promise<boolean>,
    options?: FilterOptions & { readonly batched?: false },
  ): Promise<Dataset<Row>>;
  async filter(
    predicate: AnyFunction,
    { batched = false, batchSize = 1000, desc = 'Filter' }: FilterOptions = {},
  ): Promise<Dataset<Row>> {
    const keep: number[] = [];
    const ask = predicate as (input: unknown, index: unknown) => unknown;
    using progress = progressLine({ label: desc, total: this.length, unit: 'examples' });
    const work = new LongWork();
    const step = batched ? batchSize : 1;
    if (!Number.isInteger(step) || step < 1)
      throw new MapError(`filter: batchSize is ${batchSize}; a whole number from 1 was expected.`);
    for (let start = 0; start < this.length; start += step) {
      const rows = Array.from({ length: Math.min(step, this.length - start) }, (_, row) => start + row);
      let answer = batched ? ask(this.slice(start, start + step).toColumns(), rows) : ask(this.at(start), start);
      if (answer instanceof Promise) answer = await answer;
      const answers: unknown = batched ? answer : [answer];
      if (!Array.isArray(answers) || answers.length !== rows.length)
        throw new MapError(
          `filter: the function got ${rows.length} rows and must return as many booleans; it returned ${show(answer)}.`,
        );
      for (const [index, row] of rows.entries()) {
        if (typeof answers[index] !== 'boolean')
          throw new MapError(
            `filter: row ${row}: the function must return true or false, and returned ${show(answers[index])}.`,
          );
        if (answers[index]) keep.push(row);
      }
      progress.update(start);
      await work.breathe();
    }
    return this.#take(Int32Array.from(keep));
  }

  #withTable<Other>(table: Table): Dataset<Other> {
    return new Dataset<Other>(table, this.#rows);
  }

  renameColumn<From extends ColumnName<Row>, To extends string>(
    from: From,
    to: To,
  ): Dataset<RenamedRow<Row, From, To>> {
    return this.renameColumns({ [from]: to }) as Dataset<RenamedRow<Row, From, To>>;
  }

  /** @throws ColumnNotFoundError, DatasetError when two columns would have one name */
  renameColumns(names: Readonly<Record<string, string>>): Dataset<Record<string, unknown>> {
    for (const name of Object.keys(names)) findColumn(this.#table, name, 'renameColumns');
    const table = new Map<string, Column>();
    for (const [name, column] of this.#table) {
      const renamed = Object.hasOwn(names, name) ? names[name]! : name;
      if (table.has(renamed)) throw new DatasetError(`renameColumns: two columns would be called '${renamed}'.`);
      table.set(renamed, column);
    }
    return this.#withTable(table);
  }

  removeColumns<Removed extends ColumnName<Row>>(
    names: Removed | readonly Removed[],
  ): Dataset<WithoutColumns<Row, Removed>> {
    const removed = new Set<string>(typeof names === 'string' ? [names] : names);
    for (const name of removed) findColumn(this.#table, name, 'removeColumns');
    const rows = this.#rows ?? (removed.size === this.#table.size ? new Int32Array(0) : undefined);
    return new Dataset(new Map([...this.#table].filter(([name]) => !removed.has(name))), rows);
  }

  /** Only these columns, in that order. */
  selectColumns<Kept extends ColumnName<Row>>(names: Kept | readonly Kept[]): Dataset<WithColumns<Row, Kept>> {
    const kept: readonly string[] = typeof names === 'string' ? [names] : names;
    return this.#withTable(new Map(kept.map((name) => [name, findColumn(this.#table, name, 'selectColumns')])));
  }

  /** @throws DatasetError when the column exists or has another length */
  addColumn<Name extends string, Values extends NewColumn>(
    name: Name,
    values: Values,
    options: { readonly feature?: Feature } = {},
  ): Dataset<Row & { [Added in Name]: Values[number] }> {
    if (this.#table.has(name))
      throw new DatasetError(`addColumn: there is a column '${name}' already. Remove or rename it first.`);
    if (values.length !== this.length && this.#table.size > 0)
      throw new DatasetError(`addColumn: '${name}' has ${values.length} values; the dataset has ${this.length} rows.`);
    return new Dataset(new Map(this.#ordered()).set(name, makeColumn(name, values, options.feature)));
  }

  /**
   * Columns as other types; those not named stay. @throws FeatureError when a value does not fit
   */
  cast(features: Features): Dataset<Row> {
    const table = new Map(this.#ordered());
    for (const [name, feature] of Object.entries(features))
      table.set(name, castValues(name, findColumn(table, name, 'cast'), feature));
    return new Dataset(table);
  }

  castColumn(name: ColumnName<Row>, feature: Feature): Dataset<Row> {
    return this.cast({ [name]: feature });
  }

  /**
   * A column of text (or whole numbers, or booleans) as class labels, its values in sorted order
   * being the classes. @throws FeatureError when one is missing
   */
  classEncodeColumn(name: ColumnName<Row>): Dataset<Row> {
    const column = findColumn(this.#ordered(), name, 'classEncodeColumn');
    const { feature } = column;
    if (feature instanceof ClassLabel) return this;
    const encodable = feature.type === 'value' && ['string', 'int32', 'int64', 'bool'].includes(feature.dtype);
    if (!encodable)
      throw new FeatureError(
        `classEncodeColumn: '${name}' holds ${describeFeature(feature)}; text, whole numbers or booleans were expected.`,
      );
    const values = Array.from({ length: column.length }, (_, row) => column.at(row));
    const gap = values.indexOf(null);
    if (gap >= 0)
      throw new FeatureError(`classEncodeColumn: '${name}' is missing in row ${gap}. Filter such rows out first.`);
    const different = [...new Set(values)];
    different.sort((a, b) => (typeof a === 'string' ? compareText(a, b as string) : Number(a) - Number(b)));
    const names = different.map(String);
    const numbers = new Map(different.map((input, index) => [input, index]));
    const encoded = makeColumn(
      name,
      values.map((input) => numbers.get(input)!),
      new ClassLabel({ names }),
    );
    return new Dataset(new Map(this.#ordered()).set(name, encoded));
  }

  /** SHA-256 of columns, types and values: equal for equal datasets. */
  fingerprint(): Promise<string> {
    this.#fingerprint ??= packTable(this.#ordered()).then(sha256);
    return this.#fingerprint;
  }

  /** As `datasets` prints it. */
  toString(): string {
    return `Dataset({\n    features: [${this.columnNames.map((name) => `'${name}'`).join(', ')}],\n    num_rows: ${this.length}\n})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** The rows of several datasets with the same columns, one dataset after the other. */
  static concatenate<Row>(datasets: readonly Dataset<Row>[]): Dataset<Row> {
    const [first] = datasets;
    if (!first) throw new DatasetError('concatenateDatasets: no dataset was given.');
    const tables = datasets.map((dataset) => dataset.#ordered());
    for (const [index, table] of tables.entries()) {
      const same = table.size === tables[0]!.size && [...table.keys()].every((name) => tables[0]!.has(name));
      if (!same)
        throw new DatasetError(
          `concatenateDatasets: dataset ${index} has the columns ${[...table.keys()].join(', ')}, the first one ${first.columnNames.join(', ')}.`,
        );
    }
    return new Dataset(
      new Map(
        first.columnNames.map((name) => [
          name,
          concatenateColumns(
            name,
            tables.map((table) => table.get(name)!),
          ),
        ]),
      ),
    );
  }
}

/**
 * The rows of several datasets with the same columns, one dataset after the other. @throws
 * DatasetError, FeatureError
 */
export function concatenateDatasets<Row>(datasets: readonly Dataset<Row>[]): Dataset<Row> {
  return Dataset.concatenate(datasets);
}

async function readTable(key: string): Promise<Table | undefined> {
  const bytes = await readCache(key);
  try {
    return bytes && (await unpackTable(bytes));
  } catch {
    // A damaged file is made anew.
    return undefined;
  }
}
