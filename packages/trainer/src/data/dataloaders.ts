import { DataLoader, RandomSampler, SequentialSampler } from '@attune/data';
import type { Sampler } from '@attune/data';
import { Mt19937 } from '@attune/tensor';
import { shown } from '@attune/validate';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { TrainerDatasetError, TrainerError } from '../errors.ts';
import type { Dataloader } from '../extensionPoints.ts';
import type { TrainerParts } from '../trainerParts.ts';
import { groupedByLength, rowLengths, tokensOf } from './lengthGroups.ts';
import type { TrainerDataset } from './trainerDataset.ts';

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
  if (dataset.length * epochs > mostRowsLookedAt || !tokensOf(dataset.at(0))) return null;
  const lengths = Array.from({ length: dataset.length }, (_, row) => tokensOf(dataset.at(row)) ?? 0);
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
      `${method} gives no batch: its length is 0. With dataloaderDropLast a dataset must have at least as many rows as a batch`,
    );
  return given;
}
