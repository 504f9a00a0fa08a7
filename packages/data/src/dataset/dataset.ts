import {
  answerOtherNames,
  arrayOf,
  instanceOf,
  pythonNames,
  refuseSurplus,
  requireArgument,
  shown,
  text,
  wholeNumber,
} from '@attune/validate';
import { DatasetError, MapError } from '../errors.ts';
import { featureKind } from '../features/feature.ts';
import type { Feature, Features } from '../features/feature.ts';
import { requireDatasetOptions } from '../requireDatasetOptions.ts';
import { shownValue } from '../shownValue.ts';
import { freshSeed, Pcg64, seedKind } from '../random/pcg64.ts';
import { castColumns, renamedColumns, withColumn } from './columnOperations.ts';
// `trainTestSplit` returns a dict: see datasetDict.ts.
// oxlint-disable-next-line import/no-cycle
import { datasetDict } from './datasetDict.ts';
import type { TrainTestSplit } from './datasetDict.ts';
import { DatasetRows } from './datasetRows.ts';
import { encodeClasses } from './encodeClasses.ts';
import { concatenateTables, tableOfColumns, tableOfRows } from './makeTable.ts';
import { filterRows } from './filterRows.ts';
import { canBeKept, requireMap, mapTable } from './mapRows.ts';
import type { AnyFunction } from './mapRows.ts';
import * as kinds from './options.ts';
import { shardRows } from './shardRows.ts';
import { sortedRows } from './sortRows.ts';
import { splitRows } from './splitRows.ts';
import { findColumn, requireSingle } from './table.ts';
import type { Table } from './table.ts';
import type { FilterOptions, MapOptions, ShardOptions, SortOptions, SplitOptions } from './options.ts';
import type {
  ColumnName,
  MappedRow,
  NewColumn,
  RenamedRow,
  RowBatch,
  RowOfColumns,
  WithColumns,
  WithoutColumns,
} from './rowTypes.ts';

/**
 * An immutable table of named, typed columns: every operation returns a new dataset, which shares
 * data with the old one. Names and behaviour are those of Python's `datasets`, in camelCase.
 */
export class Dataset<Row = Record<string, unknown>> extends DatasetRows<Row> {
  /**
   * A dataset from objects. It has the columns of all rows; missing values are null.
   *
   * @param options.features types of columns; those not named are inferred
   * @throws FeatureError when the values of a column are of different types
   */
  static fromRows<Row extends object>(
    rows: readonly Row[],
    options: { readonly features?: Features } = {},
  ): Dataset<Row> {
    return new Dataset(tableOfRows(rows, options));
  }

  /**
   * A dataset from columns of one length: arrays or typed arrays.
   *
   * @throws DatasetError when they differ in length, FeatureError when values do not fit their type
   */
  static fromColumns<Columns extends Readonly<Record<string, NewColumn>>>(
    columns: Columns,
    options: { readonly features?: Features } = {},
  ): Dataset<RowOfColumns<Columns>> {
    return new Dataset(tableOfColumns(columns, options));
  }

  #take(rows: Int32Array): Dataset<Row> {
    const { table, rows: own } = this.view;
    return new Dataset(table, own ? rows.map((row) => own[row]!) : rows);
  }

  /**
   * Rows from `start` to `end` (exclusive); negative numbers count from the end, as in
   * `Array.slice`.
   *
   * @throws DatasetError
   */
  slice(start = 0, end = this.length): Dataset<Row> {
    requireArgument('slice', 'start', start, kinds.position, DatasetError);
    requireArgument('slice', 'end', end, kinds.position, DatasetError);
    const clamp = (index: number) =>
      Math.min(Math.max(Math.trunc(index < 0 ? index + this.length : index), 0), this.length);
    const from = clamp(start);
    return this.#take(Int32Array.from({ length: Math.max(0, clamp(end) - from) }, (_, row) => from + row));
  }

  /**
   * The rows with these indices, in that order; negative ones count from the end.
   *
   * @throws DatasetError
   */
  select(indices: Iterable<number>): Dataset<Row> {
    refuseSurplus('select', 1, arguments, DatasetError);
    requireArgument('select', 'indices', indices, kinds.rowNumbers, DatasetError);
    const rows = Int32Array.from(indices, (index) => {
      const position = index < 0 ? index + this.length : index;
      if (!Number.isInteger(index) || position < 0 || position >= this.length)
        throw new DatasetError(`select: there is no row ${shownValue(index)}; the dataset has ${this.length} rows`);
      return position;
    });
    return this.#take(rows);
  }

  /** The first rows. @throws DatasetError */
  take(count: number): Dataset<Row> {
    requireArgument('take', 'count', count, wholeNumber(0), DatasetError);
    return this.slice(0, count);
  }

  /** All but the first rows. @throws DatasetError */
  skip(count: number): Dataset<Row> {
    requireArgument('skip', 'count', count, wholeNumber(0), DatasetError);
    return this.slice(count);
  }

  /**
   * One of `numShards` equal parts (the first ones may be one row longer): contiguous rows, or,
   * with contiguous: false, every numShards-th row.
   *
   * @throws DatasetError
   */
  shard(options: ShardOptions): Dataset<Row> {
    return this.#take(shardRows(this.length, options));
  }

  /**
   * Rows in random order, the same as in `datasets` (NumPy's `default_rng(seed).permutation`).
   *
   * @param seed a number, or { seed }. Default: a new one each time
   * @throws DatasetError
   */
  shuffle(seed?: number | bigint | { readonly seed?: number | bigint }): Dataset<Row> {
    refuseSurplus('shuffle', 1, arguments, DatasetError);
    const given = typeof seed === 'object' && seed !== null ? seed.seed : seed;
    if (typeof seed === 'object') requireDatasetOptions('shuffle', seed, kinds.shuffleOptions, kinds.shuffleAdvice);
    else if (seed !== undefined) requireArgument('shuffle', 'seed', seed, seedKind, DatasetError);
    return this.#take(new Pcg64(given ?? freshSeed()).permutation(this.length));
  }

  /**
   * Rows ordered by one or more columns; equal rows keep their order.
   *
   * @throws DatasetError, ColumnNotFoundError
   */
  sort(columns: ColumnName<Row> | readonly ColumnName<Row>[], options: SortOptions = {}): Dataset<Row> {
    requireArgument('sort', 'columns', columns, kinds.columnNames, DatasetError);
    requireDatasetOptions('sort', options, kinds.sortOptions, kinds.sortAdvice);
    refuseSurplus('sort', 2, arguments, DatasetError);
    const names: readonly string[] = typeof columns === 'string' ? [columns] : columns;
    const table = this.ordered();
    const sorted = names.map((name) => {
      const column = findColumn(table, name, 'sort');
      requireSingle('sort', name, column);
      return column;
    });
    return this.#take(sortedRows(sorted, options));
  }

  /**
   * Splits into two datasets, `train` and `test`, with the same rows as `datasets`.
   *
   * @throws DatasetError for impossible sizes
   */
  trainTestSplit(options: SplitOptions = {}): TrainTestSplit<Row> {
    requireDatasetOptions('trainTestSplit', options, kinds.splitOptions, kinds.splitAdvice);
    refuseSurplus('trainTestSplit', 1, arguments, DatasetError);
    if (this.length === 0) return datasetDict({ train: this, test: this }) as TrainTestSplit<Row>;
    const { stratifyByColumn } = options;
    const labels =
      stratifyByColumn === undefined ? undefined : findColumn(this.ordered(), stratifyByColumn, 'trainTestSplit');
    const { train, test } = splitRows(this.length, options, labels);
    return datasetDict({ train: this.#take(train), test: this.#take(test) }) as TrainTestSplit<Row>;
  }

  /**
   * Adds or replaces columns. The function gets a row, or with `batched: true` an object of arrays,
   * and its index or indices; it returns an object with the new columns, or nothing if it is
   * called for its side effects. It may be asynchronous. In batched mode it may return more or
   * fewer rows than it got, if no old column is kept.
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
    refuseSurplus('map', 2, arguments, MapError);
    await requireMap(mapper, options);
    const { batched = false, batchSize = 1000, removeColumns = [], cache, desc = 'Map' } = options;
    const removed: readonly string[] = typeof removeColumns === 'string' ? [removeColumns] : removeColumns;
    const [length, label] = [this.length, desc];
    const make = () => mapTable({ table: this.ordered(), length, mapper, batched, batchSize, removed, label });
    const work = { mapper, cache, fingerprint: () => this.fingerprint(), options: [batched, batchSize, removed], make };
    // Loaded on demand, as few pages keep results.
    const table = await (canBeKept(mapper, options) ? (await import('./keptTables.ts')).keptOrMade(work) : make());
    if (table) return new Dataset(table);
    return removed.length > 0 ? this.removeColumns(removed as ColumnName<Row>[]) : this;
  }

  /**
   * The rows for which the function returns true; with `batched: true` it gets an object of arrays
   * and returns an array of booleans. It may be asynchronous.
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
  async filter(predicate: AnyFunction, options: FilterOptions = {}): Promise<Dataset<Row>> {
    refuseSurplus('filter', 2, arguments, MapError);
    return this.#take(await filterRows(this as Dataset<Record<string, unknown>>, predicate, options));
  }

  #withTable<Other>(table: Table): Dataset<Other> {
    return new Dataset<Other>(table, this.view.rows);
  }

  /** The dataset with one column under another name. @throws DatasetError */
  renameColumn<From extends ColumnName<Row>, To extends string>(
    from: From,
    to: To,
  ): Dataset<RenamedRow<Row, From, To>> {
    refuseSurplus('renameColumn', 2, arguments, DatasetError);
    requireArgument('renameColumn', 'from', from, text, DatasetError);
    requireArgument('renameColumn', 'to', to, text, DatasetError);
    return this.renameColumns(Object.fromEntries([[from, to]])) as Dataset<RenamedRow<Row, From, To>>;
  }

  /** @throws ColumnNotFoundError, DatasetError when two columns would have one name */
  renameColumns(names: Readonly<Record<string, string>>): Dataset<Record<string, unknown>> {
    return this.#withTable(renamedColumns(this.view.table, names));
  }

  /** The dataset without these columns. @throws DatasetError for one that is not there */
  removeColumns<Removed extends ColumnName<Row>>(
    names: Removed | readonly Removed[],
    ...others: never[]
  ): Dataset<WithoutColumns<Row, Removed>> {
    requireArgument('removeColumns', 'names', names, kinds.columnNames, DatasetError);
    refuseOthers('removeColumns', others);
    const removed = new Set<string>(typeof names === 'string' ? [names] : names);
    const { table, rows } = this.view;
    for (const name of removed) findColumn(table, name, 'removeColumns');
    const kept = new Map([...table].filter(([name]) => !removed.has(name)));
    return new Dataset(kept, rows);
  }

  /** Only these columns, in that order. @throws DatasetError, ColumnNotFoundError */
  selectColumns<Kept extends ColumnName<Row>>(
    names: Kept | readonly Kept[],
    ...others: never[]
  ): Dataset<WithColumns<Row, Kept>> {
    requireArgument('selectColumns', 'names', names, kinds.columnNames, DatasetError);
    refuseOthers('selectColumns', others);
    const kept: readonly string[] = typeof names === 'string' ? [names] : names;
    return this.#withTable(new Map(kept.map((name) => [name, findColumn(this.view.table, name, 'selectColumns')])));
  }

  /** @throws DatasetError when the column exists or has another length */
  addColumn<Name extends string, Values extends NewColumn>(
    name: Name,
    values: Values,
    options: { readonly feature?: Feature } = {},
  ): Dataset<Row & { [Added in Name]: Values[number] }> {
    return new Dataset(withColumn(this.ordered(), this.length, name, values, options));
  }

  /**
   * Converts columns to other types; columns that are not named stay.
   *
   * @throws FeatureError when a value does not fit
   */
  cast(features: Features): Dataset<Row> {
    return new Dataset(castColumns(this.ordered(), features));
  }

  /**
   * Converts one column to another type. As text, class labels become the names of their classes.
   *
   * @throws DatasetError, FeatureError for values that it cannot hold
   */
  castColumn(name: ColumnName<Row>, feature: Feature): Dataset<Row> {
    requireArgument('castColumn', 'name', name, text, DatasetError);
    requireArgument('castColumn', 'feature', feature, featureKind, DatasetError);
    return this.cast(Object.fromEntries([[name, feature]]));
  }

  /**
   * Converts a column of text (or whole numbers, or booleans) to class labels. The classes are its
   * values as text, in sorted order: '10' comes before '9', as in `datasets`.
   *
   * @throws DatasetError, ColumnNotFoundError, FeatureError when one is missing
   */
  classEncodeColumn(name: ColumnName<Row>): Dataset<Row> {
    refuseSurplus('classEncodeColumn', 1, arguments, DatasetError);
    const column = findColumn(this.ordered(), name, 'classEncodeColumn');
    const encoded = encodeClasses(name, column);
    return encoded === column ? this : new Dataset(new Map(this.ordered()).set(name, encoded));
  }

  /** Concatenates datasets with the same columns. @throws DatasetError, FeatureError */
  static concatenate<Row>(datasets: readonly Dataset<Row>[]): Dataset<Row> {
    requireArgument('concatenateDatasets', 'datasets', datasets, datasetList, DatasetError);
    return new Dataset(concatenateTables(datasets.map((dataset) => dataset.ordered())));
  }
}

answerOtherNames(
  Dataset.prototype,
  'a Dataset has',
  DatasetError,
  pythonNames([...Object.getOwnPropertyNames(DatasetRows.prototype), ...Object.getOwnPropertyNames(Dataset.prototype)]),
);

/** Refuses several names as separate arguments: all but the first would be ignored. */
function refuseOthers(operation: string, others: readonly unknown[]): void {
  if (others.length > 0)
    throw new DatasetError(
      `${operation} takes several names as one array, ['a', 'b']; got ${shown(others[0])} after the first`,
    );
}

const datasetList = arrayOf(instanceOf(Dataset), 'Datasets, as concatenateDatasets([a, b])');

/**
 * Concatenates datasets with the same columns.
 *
 * @throws DatasetError, FeatureError
 */
export function concatenateDatasets<Row>(datasets: readonly Dataset<Row>[], ...others: never[]): Dataset<Row> {
  if (others.length > 0 && Array.isArray(datasets))
    throw new DatasetError(
      'concatenateDatasets takes an array of Datasets and no options: rows are put below each other. ' +
        'For columns side by side use addColumn.',
    );
  return Dataset.concatenate(datasets);
}
