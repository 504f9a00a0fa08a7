import type { Batch, CollatedBatch } from './batch.ts';
import { stackValues } from './stackValues.ts';

/**
 * The lists of a batch as arrays: whole numbers as i32, others as f32.
 *
 * @throws CollateError for rows of different lengths, and for anything but numbers
 */
export function stackLists(batch: CollatedBatch): Batch {
  const lists = Object.entries(batch).filter((entry): entry is [string, readonly unknown[]] => Array.isArray(entry[1]));
  if (lists.length === 0) return batch as Batch;
  const hint = 'Pad them, for instance with tokenizer.pad(columns).';
  const arrays = lists.map(([name, rows]) => [name, stackValues(name, rows, { hint })]);
  return { ...(batch as Batch), ...(Object.fromEntries(arrays) as Batch) };
}
