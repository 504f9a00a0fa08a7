import { DataLoader, RandomSampler, SequentialSampler } from '@attune/data';
import type { Batch } from '@attune/data';
import { Mt19937 } from '@attune/tensor';
import { shown } from '@attune/validate';
import type { TrainerDataset } from './datasets.ts';
import { TrainerDatasetError, TrainerError } from './errors.ts';
import type { Dataloader } from './extensionPoints.ts';
import type { TrainerParts } from './trainerOptions.ts';

type LoaderParts = Pick<TrainerParts, 'args' | 'collate'>;

/** The training rows, each epoch in an order that its number and the seed decide. */
export function trainDataloader(dataset: TrainerDataset, { args, collate }: LoaderParts): Dataloader {
  const numSamples = dataset.length;
  const order = (epoch: number) => new Mt19937((args.dataSeed ?? args.seed) + epoch).randperm(numSamples);
  return new DataLoader(dataset, {
    batchSize: args.perDeviceTrainBatchSize,
    sampler:
      args.trainSamplingStrategy === 'random'
        ? new RandomSampler({ numSamples, order })
        : new SequentialSampler({ numSamples }),
    collateFn: collate,
    dropLast: args.dataloaderDropLast,
  });
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
      `${method} gives no batch: with dataloaderDropLast a dataset must have at least as many rows as a batch`,
    );
  return given;
}

/**
 * Checks what a collator made.
 *
 * @throws TrainerDatasetError naming the key that is no array
 */
export function checkedBatch(batch: Batch): Batch {
  if (typeof batch !== 'object' || batch === null || batch instanceof Promise || Array.isArray(batch)) {
    throw new TrainerDatasetError(
      `dataCollator must return a batch, { input_ids: { data, shape }, … }; got ${shown(batch)}` +
        (batch instanceof Promise ? '. It must not be async' : ''),
    );
  }
  for (const [name, array] of Object.entries(batch)) {
    const holds = ArrayBuffer.isView(array?.data) && Array.isArray(array.shape);
    if (!holds) {
      throw new TrainerDatasetError(
        `dataCollator: ${name} must be { data, shape }, an Int32Array or Float32Array and its shape; got ${shown(array)}`,
      );
    }
  }
  return batch;
}
