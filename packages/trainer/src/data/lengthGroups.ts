import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { TrainerDatasetError } from '../errors.ts';
import type { TrainerDataset } from './trainerDataset.ts';

type LengthArguments = Pick<TrainingArguments, 'lengthColumnName'>;

/**
 * The length of each row: from its length column, or else its number of tokens.
 *
 * @throws TrainerDatasetError when a row has neither
 */
export function rowLengths(dataset: TrainerDataset, args: LengthArguments): number[] {
  return Array.from({ length: dataset.length }, (_, row) => rowLength(dataset, row, args));
}

/** @throws TrainerDatasetError */
export function rowLength(dataset: TrainerDataset, row: number, { lengthColumnName }: LengthArguments): number {
  const values = dataset.at(row) as Readonly<Record<string, unknown>>;
  const own = values[lengthColumnName];
  if (typeof own === 'number') return own;
  const tokens = tokensOf(values);
  if (tokens !== null) return tokens;
  throw new TrainerDatasetError(
    `trainSamplingStrategy 'group_by_length' needs to know how long rows are: row ${row} of the train dataset has no number ` +
      `in a column ${lengthColumnName}, and no input_ids to count. Name the column in lengthColumnName.`,
  );
}

/** Number of `input_ids` of a row; null where it has none. */
export function tokensOf(row: object): number | null {
  const ids = (row as { input_ids?: unknown }).input_ids;
  return Array.isArray(ids) || ArrayBuffer.isView(ids) ? (ids as ArrayLike<number>).length : null;
}

/**
 * An order with rows of similar lengths next to each other: the shuffled rows are cut into groups
 * of several batches, and each group is sorted, longest first. The longest row of all comes first,
 * so that a batch that is too large fails at once.
 * `transformers.trainer_pt_utils.get_length_grouped_indices`.
 *
 * @param drawn all row indices in random order
 * @param batchSize rows of an update
 */
export function groupedByLength(drawn: Int32Array, lengths: readonly number[], batchSize: number): Int32Array {
  const batches = Math.max(1, Math.min(Math.floor(lengths.length / (batchSize * 4)), 50));
  const lengthOf = (row: number) => lengths[row] ?? 0;
  const groups: number[][] = [];
  for (let start = 0; start < drawn.length; start += batches * batchSize)
    groups.push(
      Array.from(drawn.subarray(start, start + batches * batchSize)).sort((a, b) => lengthOf(b) - lengthOf(a)),
    );
  const [first] = groups;
  let longest = first;
  for (const group of groups) if (lengthOf(group[0] ?? 0) > lengthOf(longest?.[0] ?? 0)) longest = group;
  if (first && longest) [first[0], longest[0]] = [longest[0] as number, first[0] as number];
  return Int32Array.from(groups.flat());
}
