import type { Batch, BatchArray } from '@attune/data';

/**
 * Batches that are recorded and never run are made from the first batch of a run: the collator may
 * draw random numbers, so it is not called for them.
 */

/** As many rows as asked for: those of the batch again and again. */
export function withRows(batch: Batch, rows: number): Batch {
  return mapArrays(batch, ({ data, shape: [own = 0, ...inner] }) => {
    const size = data.length / Math.max(1, own);
    const repeated = emptyLike(data, rows * size).map((_, index) => data[index % data.length] ?? 0);
    return { data: repeated, shape: [rows, ...inner] };
  });
}

/**
 * Rows of other lengths: each array that is as wide as `input_ids` becomes as wide as the longest,
 * and `attention_mask` tells the tokens from the padding.
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
