import { DataLoader } from '@attune/data';
import type { Batch, BatchArray } from '@attune/data';
import { shown } from '@attune/validate';
import { TrainerDatasetError } from '../errors.ts';
import type { Dataloader } from '../extensionPoints.ts';
import { shownResult } from '../ownFunction.ts';
import { keepRows } from './batchRows.ts';

/** The batches of an epoch from `startBatch` on. Earlier ones are not made if possible. */
export async function* batchesFrom(loader: Dataloader, startBatch: number): AsyncGenerator<Batch> {
  const plain =
    loader instanceof DataLoader && loader[Symbol.asyncIterator] === DataLoader.prototype[Symbol.asyncIterator];
  let toSkip = plain ? 0 : startBatch;
  for await (const batch of plain ? loader.iterate({ startBatch }) : loader) {
    if (toSkip > 0) toSkip--;
    else yield readBatch(batch, loader);
  }
}

/** Batches in groups of `size`; the last group may be smaller. */
export async function* groupsOf(source: AsyncIterable<Batch>, size: number): AsyncGenerator<Batch[]> {
  let group: Batch[] = [];
  for await (const batch of source) {
    group.push(batch);
    if (group.length === size) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

/**
 * Checks the batch of a collator. Whole numbers of other widths, such as the BigInt64Array of other
 * libraries, become an Int32Array.
 *
 * @param loader the loader that made the batch
 * @throws TrainerDatasetError naming the key whose value is not an array with a shape
 */
export function readBatch(batch: Batch, loader: Dataloader): Batch {
  const isOther = batch instanceof Promise || Array.isArray(batch);
  // A Map has no keys either: its batch would be without rows.
  if (typeof batch !== 'object' || batch === null || isOther || Object.keys(batch).length === 0) {
    throw new TrainerDatasetError(
      `dataCollator must return a batch, { input_ids: { data, shape }, … }; got ${shownResult(batch)}`,
    );
  }
  const checked = Object.fromEntries(Object.entries(batch).map(([name, array]) => [name, readBatchArray(name, array)]));
  keepRows(checked, loader, batch);
  return checked;
}

function readBatchArray(name: string, array: BatchArray): BatchArray {
  const data: unknown = array?.data;
  const isNumbers = ArrayBuffer.isView(data) && !(data instanceof DataView);
  if (!isNumbers || !Array.isArray(array.shape)) {
    throw new TrainerDatasetError(
      `dataCollator: ${name} must be { data, shape }, an Int32Array or Float32Array and its shape; got ${shown(array)}`,
    );
  }
  const size = array.shape.reduce((product, length) => product * length, 1);
  if (size !== array.data.length) {
    throw new TrainerDatasetError(
      `dataCollator: ${name} has the shape [${array.shape.join(', ')}], which takes ${size} numbers; it has ${array.data.length}`,
    );
  }
  if (data instanceof Int32Array || data instanceof Float32Array) return array;
  if (data instanceof Float64Array) return { ...array, data: Float32Array.from(data) };
  const values = Array.from(data as unknown as ArrayLike<number | bigint>, Number);
  const tooLarge = values.find((value) => value !== Math.trunc(value) || Math.abs(value) >= 2 ** 31);
  if (tooLarge !== undefined)
    throw new TrainerDatasetError(`dataCollator: ${name} holds ${tooLarge}, which is not a whole number of 32 bits`);
  return { ...array, data: Int32Array.from(values) };
}
