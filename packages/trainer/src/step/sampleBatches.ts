import type { Batch, BatchArray } from '@attune/data';

/**
 * Batches that are only recorded, never run, are made from the first batch of a run instead of by
 * the collator, which may draw random numbers.
 */

/** A batch of the given number of rows, which repeats the rows of another. */
export function withRows(batch: Batch, rows: number): Batch {
  return mapArrays(batch, ({ data, shape: [own = 0, ...inner] }) => {
    const size = data.length / Math.max(1, own);
    const repeated = emptyLike(data, rows * size).map((_, index) => data[index % data.length] ?? 0);
    return { data: repeated, shape: [rows, ...inner] };
  });
}

/**
 * A batch with rows of other lengths: arrays as wide as `input_ids` become as wide as the longest
 * row, and `attention_mask` marks the tokens.
 */
export function withLengths(batch: Batch, lengths: readonly number[]): Batch {
  const columns = batch['input_ids']?.shape[1];
  const width = Math.max(...lengths);
  const widened = mapArrays(withRows(batch, lengths.length), (array) => {
    if (array.shape.length !== 2 || array.shape[1] !== columns) return array;
    const data = emptyLike(array.data, lengths.length * width).fill(array.data[0] ?? 0);
    return { data, shape: [lengths.length, width] };
  });
  const mask = widened['attention_mask'];
  if (!mask) return widened;
  const data = mask.data.map((_, index) => Number(index % width < (lengths[Math.floor(index / width)] ?? 0)));
  return { ...widened, attention_mask: { ...mask, data } };
}

const emptyLike = (data: BatchArray['data'], length: number) =>
  data instanceof Int32Array ? new Int32Array(length) : new Float32Array(length);

function mapArrays(batch: Batch, change: (array: BatchArray) => BatchArray): Batch {
  return Object.fromEntries(Object.entries(batch).map(([name, array]) => [name, change(array)]));
}
