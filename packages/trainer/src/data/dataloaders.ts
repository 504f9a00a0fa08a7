import { DataLoader, RandomSampler, SequentialSampler } from '@attune/data';
import type { Batch, BatchArray, Sampler } from '@attune/data';
import { Mt19937 } from '@attune/tensor';
import { shown } from '@attune/validate';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import type { TrainerDataset } from './trainerDataset.ts';
import { TrainerDatasetError, TrainerError } from '../errors.ts';
import { groupedByLength, rowLengths } from './lengthGroups.ts';
import { shownResult } from '../ownFunction.ts';
import { keepRows } from './batchRows.ts';
import type { Dataloader } from '../extensionPoints.ts';
import type { TrainerParts } from '../trainerOptions.ts';

type LoaderParts = Pick<TrainerParts, 'args' | 'collate'>;

/** The training rows, each epoch in an order that its number and the seed decide. */
export function trainDataloader(
  dataset: TrainerDataset,
  { args, collate }: LoaderParts,
  withAllColumns: TrainerDataset = dataset,
): Dataloader {
  return new DataLoader(dataset, {
    batchSize: args.perDeviceTrainBatchSize,
    sampler: trainSampler(withAllColumns, args),
    collateFn: collate,
    dropLast: args.dataloaderDropLast,
  });
}

function trainSampler(dataset: TrainerDataset, args: TrainingArguments): Sampler {
  const { length: numSamples } = dataset;
  if (args.trainSamplingStrategy === 'sequential') return new SequentialSampler({ numSamples });
  const drawn = (epoch: number) => new Mt19937((args.dataSeed ?? args.seed) + epoch).randperm(numSamples);
  if (args.trainSamplingStrategy === 'random') return new RandomSampler({ numSamples, order: drawn });
  const lengths = rowLengths(dataset, args);
  const batchSize = args.perDeviceTrainBatchSize * args.gradientAccumulationSteps;
  return new RandomSampler({ numSamples, order: (epoch) => groupedByLength(drawn(epoch), lengths, batchSize) });
}

/** More rows than this, in all epochs, are not looked at: a run should begin. */
const mostRowsLookedAt = 1_000_000;

/**
 * How many tokens each row of the training batch with the most of them has, so that a run can be
 * told before its first step whether the GPU holds it. Null where rows have no `input_ids`, or
 * there are very many.
 *
 * @param epochs of the run
 */
export function largestBatchLengths(
  dataset: TrainerDataset,
  args: TrainingArguments,
  epochs: number,
): readonly number[] | null {
  if (dataset.length * epochs > mostRowsLookedAt || tokensOf(dataset.at(0)) === 0) return null;
  const lengths = Array.from({ length: dataset.length }, (_, row) => tokensOf(dataset.at(row)));
  const sampler = trainSampler(dataset, args);
  let most = 0;
  let largest: number[] | null = null;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = Array.from(sampler.indices(epoch), (row) => lengths[row] ?? 0);
    for (let start = 0; start < order.length; start += args.perDeviceTrainBatchSize) {
      const rows = order.slice(start, start + args.perDeviceTrainBatchSize);
      const tokens = rows.reduce((sum, length) => sum + length, 0);
      if (tokens > most) [most, largest] = [tokens, rows];
    }
  }
  return largest;
}

function tokensOf(row: object): number {
  const ids = (row as { input_ids?: unknown }).input_ids;
  return Array.isArray(ids) || ArrayBuffer.isView(ids) ? (ids as ArrayLike<number>).length : 0;
}

/** Rows in their order. */
export function evalDataloader(dataset: TrainerDataset, { args, collate }: LoaderParts): Dataloader {
  return new DataLoader(dataset, {
    batchSize: args.perDeviceEvalBatchSize,
    sampler: new SequentialSampler({ numSamples: dataset.length }),
    collateFn: collate,
    dropLast: args.dataloaderDropLast,
  });
}

/**
 * The batches of an epoch from one of them on. Those before are not made where that is possible.
 */
export async function* batchesFrom(loader: Dataloader, startBatch: number): AsyncGenerator<Batch> {
  const plain =
    loader instanceof DataLoader && loader[Symbol.asyncIterator] === DataLoader.prototype[Symbol.asyncIterator];
  let toSkip = plain ? 0 : startBatch;
  for await (const batch of plain ? loader.iterate({ startBatch }) : loader) {
    if (toSkip > 0) toSkip--;
    else yield checkedBatch(batch, loader);
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
 * Checks what a method of a subclass gave.
 *
 * @param method its name
 * @throws TrainerError when it is not batches of a known number
 */
export function checkedDataloader(method: string, given: Dataloader): Dataloader {
  const isObject = typeof given === 'object' && given !== null;
  if (!isObject || !(Symbol.asyncIterator in given || Symbol.iterator in given) || !Number.isInteger(given.length)) {
    throw new TrainerError(
      `${method} must return a DataLoader: batches to iterate over, and their number as length; got ${shown(given)}`,
    );
  }
  if (given.length === 0)
    throw new TrainerDatasetError(
      `${method} gives no batch: with dataloaderDropLast a dataset must have at least as many rows as a batch`,
    );
  return given;
}

/**
 * Checks what a collator made. Whole numbers of other widths, such as the BigInt64Array of other
 * libraries, become an Int32Array.
 *
 * @param loader which made the batch
 * @throws TrainerDatasetError naming the key that is no array of its shape
 */
export function checkedBatch(batch: Batch, loader: Dataloader): Batch {
  if (typeof batch !== 'object' || batch === null || batch instanceof Promise || Array.isArray(batch)) {
    throw new TrainerDatasetError(
      `dataCollator must return a batch, { input_ids: { data, shape }, … }; got ${shownResult(batch)}`,
    );
  }
  const checked = Object.fromEntries(Object.entries(batch).map(([name, array]) => [name, checkedArray(name, array)]));
  keepRows(checked, loader, batch);
  return checked;
}

function checkedArray(name: string, array: BatchArray): BatchArray {
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
    throw new TrainerDatasetError(`dataCollator: ${name} holds ${tooLarge}, which is no whole number of 32 bits`);
  return { ...array, data: Int32Array.from(values) };
}
