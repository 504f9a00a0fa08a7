import { progressLine } from '@attune/platform';
import { requireArgument, callable } from '@attune/validate';
import { MapError } from '../errors.ts';
import { shownValue } from '../shownValue.ts';
import { requireAwaitedOptions } from '../requireDatasetOptions.ts';
import { LongWork } from './longWork.ts';
import { namingRows } from './failedRows.ts';
import type { AnyFunction } from './mapRows.ts';
import { filterOptions } from './options.ts';
import type { FilterOptions } from './options.ts';

/** What a predicate sees of a dataset. */
interface Rows {
  readonly length: number;
  readonly columnNames: readonly string[];
  at(index: number): Readonly<Record<string, unknown>>;
  slice(start: number, end: number): { toColumns(): unknown };
}

const otherNames = async () => (await import('./otherNames.ts')).namesOfFilter;

/** @throws MapError for anything but a function, or unknown options */
export async function requireFilter(predicate: unknown, options: FilterOptions): Promise<void> {
  requireArgument('filter', 'function', predicate, callable, MapError);
  await requireAwaitedOptions('filter', options, filterOptions, otherNames, MapError);
}

const columnsOf = (dataset: Rows) =>
  new Map(dataset.columnNames.map((name) => [name, { at: (row: number) => dataset.at(row)[name] }]));

/** Indices of the rows for which a function returns true. @throws MapError */
export async function filterRows(dataset: Rows, predicate: AnyFunction, options: FilterOptions): Promise<Int32Array> {
  await requireFilter(predicate, options);
  const { batched = false, batchSize = 1000, desc = 'Filter' } = options;
  const keep: number[] = [];
  const ask = predicate as (input: unknown, index: unknown) => unknown;
  const progress = progressLine({ label: desc, total: dataset.length, unit: 'examples' });
  const work = new LongWork();
  const step = batched ? batchSize : 1;
  try {
    for (let start = 0; start < dataset.length; start += step) {
      const rows = Array.from({ length: Math.min(step, dataset.length - start) }, (_, row) => start + row);
      const input = batched ? dataset.slice(start, start + step).toColumns() : dataset.at(start);
      let answer: unknown;
      try {
        answer = ask(input, batched ? rows : start);
        if (answer instanceof Promise) answer = await answer;
      } catch (error) {
        throw namingRows(error, 'filter', columnsOf(dataset), start, start + rows.length);
      }
      const answers: unknown = batched ? answer : [answer];
      if (!Array.isArray(answers) || answers.length !== rows.length)
        throw new MapError(
          `filter: the function got ${rows.length} rows and must return as many booleans; it returned ${shownValue(answer)}`,
        );
      for (const [index, row] of rows.entries()) {
        if (typeof answers[index] !== 'boolean')
          throw new MapError(
            `filter: row ${row}: the function must return true or false; it returned ${shownValue(answers[index])}`,
          );
        if (answers[index]) keep.push(row);
      }
      progress.update(start);
      await work.breathe();
    }
  } finally {
    progress.stop();
  }
  return Int32Array.from(keep);
}
