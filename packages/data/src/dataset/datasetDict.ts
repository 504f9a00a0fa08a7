import { refuseSurplus, requireArgument, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { DatasetError, MapError, SplitError } from '../errors.ts';
import type { Feature, Features } from '../features/feature.ts';
import { shownName } from '../shownValue.ts';
// A dataset splits into a dict of datasets, and a dict maps its datasets, so the types are
// circular.
// oxlint-disable-next-line import/no-cycle
import type { Dataset } from './dataset.ts';
import { requireFilter } from './filterRows.ts';
import { requireMap } from './mapRows.ts';
import type { AnyFunction } from './mapRows.ts';
import { rowNumbers } from './options.ts';
import type { FilterOptions, MapOptions, SortOptions } from './options.ts';
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

/** Datasets by the name of their split; the splits are plain properties: `dict.train`. */
export type DatasetDict<Row = Record<string, unknown>> = DatasetDictMethods<Row> & {
  readonly [split: string]: Dataset<Row>;
};

/** Result of `trainTestSplit`, with both splits. */
export type TrainTestSplit<Row = Record<string, unknown>> = DatasetDict<Row> & {
  /** Rows to train on. */
  readonly train: Dataset<Row>;
  /** Rows held out. */
  readonly test: Dataset<Row>;
};

type Splits<Row> = Readonly<Record<string, Dataset<Row>>>;

const isDataset = (input: unknown) =>
  typeof input === 'object' && input !== null && 'toColumns' in input && 'trainTestSplit' in input;

const splitsKind: Kind = {
  what: 'an object of Datasets by split, as { train, test }',
  holds: (input) =>
    typeof input === 'object' && input !== null && !Array.isArray(input) && Object.values(input).every(isDataset),
  found: (input) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return shown(input);
    const [name, wrong] = Object.entries(input).find(([, dataset]) => !isDataset(dataset))!;
    return `${shown(wrong)} for '${name}'`;
  },
};

/** Operations on all splits at once. */
class DatasetDictMethods<Row> {
  // The class name that appears in messages.
  static readonly name = 'DatasetDict';

  /**
   * Use `datasetDict({ train, … })`, which types the splits.
   *
   * @throws DatasetError, SplitError for a split with the name of a method
   */
  constructor(splits: Splits<Row>) {
    requireArgument('datasetDict', 'splits', splits, splitsKind, DatasetError);
    for (const [name, dataset] of Object.entries(splits)) {
      if (name in this)
        throw new SplitError(`A split cannot be called '${name}': DatasetDict has a method of that name`);
      Object.defineProperty(this, name, { value: dataset, enumerable: true });
    }
  }

  /** Names and datasets. */
  splits(): [string, Dataset<Row>][] {
    return Object.entries(this) as [string, Dataset<Row>][];
  }

  splitNames(): string[] {
    return Object.keys(this);
  }

  /** A split by name. @throws SplitError that lists those there are */
  split(name: string): Dataset<Row> {
    const found = this.splits().find(([own]) => own === name);
    if (!found)
      throw new SplitError(
        `There is no split ${shownName(name)}. There are: ${this.splitNames().join(', ') || 'none'}.`,
      );
    return found[1];
  }

  /** Rows of each split. */
  numRows(): Record<string, number> {
    return Object.fromEntries(this.splits().map(([name, dataset]) => [name, dataset.length]));
  }

  columnNames(): Record<string, readonly string[]> {
    return Object.fromEntries(this.splits().map(([name, dataset]) => [name, dataset.columnNames]));
  }

  #each<Other>(operation: (dataset: Dataset<Row>) => Dataset<Other>): DatasetDict<Other> {
    return datasetDict(Object.fromEntries(this.splits().map(([name, dataset]) => [name, operation(dataset)])));
  }

  async #eachInTurn<Other>(
    operation: (dataset: Dataset<Row>, name: string) => Promise<Dataset<Other>>,
  ): Promise<DatasetDict<Other>> {
    const results: Record<string, Dataset<Other>> = {};
    for (const [name, dataset] of this.splits()) {
      try {
        results[name] = await operation(dataset, name);
      } catch (error) {
        if (error instanceof DatasetError) error.message = `Split '${name}': ${error.message}`;
        throw error;
      }
    }
    return datasetDict(results);
  }

  /** `Dataset.map` on every split. */
  map<New extends Readonly<Record<string, NewColumn | undefined>>, Removed extends string = never>(
    mapper: (batch: RowBatch<Row>, indices: number[]) => New | null | void | Promise<New | null | void>,
    options: MapOptions<Removed> & { readonly batched: true },
  ): Promise<DatasetDict<MappedRow<Row, RowOfColumns<New>, Removed>>>;
  map<New extends object, Removed extends string = never>(
    mapper: (row: Row, index: number) => New | null | void | Promise<New | null | void>,
    options?: MapOptions<Removed> & { readonly batched?: false },
  ): Promise<DatasetDict<MappedRow<Row, New, Removed>>>;
  async map(mapper: AnyFunction, options: MapOptions = {}): Promise<unknown> {
    refuseSurplus('map', 2, arguments, MapError);
    await requireMap(mapper, options);
    return this.#eachInTurn((dataset, name) => {
      const run = dataset.map.bind(dataset) as (mapper: unknown, options: MapOptions) => Promise<Dataset<object>>;
      return run(mapper, { ...options, desc: `${options.desc ?? 'Map'} (${name})` });
    });
  }

  /** `Dataset.filter` on every split. */
  filter(
    predicate: (batch: RowBatch<Row>, indices: number[]) => readonly boolean[] | Promise<readonly boolean[]>,
    options: FilterOptions & { readonly batched: true },
  ): Promise<DatasetDict<Row>>;
  filter(
    predicate: (row: Row, index: number) => boolean | Promise<boolean>,
    options?: FilterOptions & { readonly batched?: false },
  ): Promise<DatasetDict<Row>>;
  async filter(predicate: AnyFunction, options: FilterOptions = {}): Promise<DatasetDict<Row>> {
    refuseSurplus('filter', 2, arguments, MapError);
    await requireFilter(predicate, options);
    return this.#eachInTurn((dataset, name) => {
      const run = dataset.filter.bind(dataset) as (predicate: unknown, options: FilterOptions) => Promise<Dataset<Row>>;
      return run(predicate, { ...options, desc: `${options.desc ?? 'Filter'} (${name})` });
    });
  }

  /** The same rows of every split. @throws DatasetError */
  select(indices: Iterable<number>): DatasetDict<Row> {
    requireArgument('select', 'indices', indices, rowNumbers, DatasetError);
    const rows = [...indices];
    return this.#each((dataset) => dataset.select(rows));
  }

  shuffle(seed?: number | bigint | { readonly seed?: number | bigint }): DatasetDict<Row> {
    refuseSurplus('shuffle', 1, arguments, DatasetError);
    return this.#each((dataset) => dataset.shuffle(seed));
  }

  sort(columns: ColumnName<Row> | readonly ColumnName<Row>[], options?: SortOptions): DatasetDict<Row> {
    refuseSurplus('sort', 2, arguments, DatasetError);
    return this.#each((dataset) => dataset.sort(columns, options));
  }

  renameColumn<From extends ColumnName<Row>, To extends string>(
    from: From,
    to: To,
  ): DatasetDict<RenamedRow<Row, From, To>> {
    return this.#each((dataset) => dataset.renameColumn(from, to));
  }

  renameColumns(names: Readonly<Record<string, string>>): DatasetDict<Record<string, unknown>> {
    return this.#each((dataset) => dataset.renameColumns(names));
  }

  removeColumns<Removed extends ColumnName<Row>>(
    names: Removed | readonly Removed[],
    ...others: never[]
  ): DatasetDict<WithoutColumns<Row, Removed>> {
    return this.#each((dataset) => dataset.removeColumns(names, ...others));
  }

  selectColumns<Kept extends ColumnName<Row>>(
    names: Kept | readonly Kept[],
    ...others: never[]
  ): DatasetDict<WithColumns<Row, Kept>> {
    return this.#each((dataset) => dataset.selectColumns(names, ...others));
  }

  cast(features: Features): DatasetDict<Row> {
    return this.#each((dataset) => dataset.cast(features));
  }

  castColumn(name: ColumnName<Row>, feature: Feature): DatasetDict<Row> {
    return this.#each((dataset) => dataset.castColumn(name, feature));
  }

  /** Class labels with the same classes in every split: those of all splits together. */
  classEncodeColumn(name: ColumnName<Row>): DatasetDict<Row> {
    const splits = this.splits();
    const [first] = splits;
    if (!first) return datasetDict({});
    const all = (first[1].constructor as typeof Dataset).concatenate(
      splits.map(([, dataset]) => dataset.selectColumns(name) as unknown as Dataset<Row>),
    );
    const encoded = all.classEncodeColumn(name);
    const feature = encoded.features[name]!;
    let row = 0;
    return this.#each((dataset) => {
      const labels = encoded.slice(row, row + dataset.length).column(name);
      row += dataset.length;
      const { columnNames } = dataset;
      return dataset
        .removeColumns(name)
        .addColumn(name, labels, { feature })
        .selectColumns(columnNames as never) as Dataset<Row>;
    });
  }

  /** The different values of a column, by split. */
  unique<Name extends ColumnName<Row>>(name: Name): Record<string, Row[Name][]> {
    return Object.fromEntries(this.splits().map(([split, dataset]) => [split, dataset.unique(name)]));
  }

  /** The text that `datasets` prints. */
  toString(): string {
    const splits = this.splits().map(
      ([name, dataset]) => `    ${name}: ${dataset.toString().replaceAll('\n', '\n    ')}\n`,
    );
    return `DatasetDict({\n${splits.join('')}})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Makes a DatasetDict of splits. @throws SplitError for a name that a method has */
export function datasetDict<Row>(splits: Splits<Row>): DatasetDict<Row> {
  return new DatasetDictMethods(splits) as DatasetDict<Row>;
}
