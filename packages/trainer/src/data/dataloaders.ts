import { DataLoader, RandomSampler, SequentialSampler } from '@attune/data';
import type { Sampler } from '@attune/data';
import { Mt19937 } from '@attune/tensor/internal/host';
import { shown } from '@attune/validate';
import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { TrainerDatasetError, TrainerError } from '../errors.ts';
import type { Dataloader, ExtensionPoints } from '../extensionPoints.ts';
import type { TrainerParts } from '../trainerParts.ts';
import { groupedByLength, rowLengths } from './lengthGroups.ts';
import { isSeveral } from './trainerDataset.ts';
import type { EvalDataset, TrainerDataset } from './trainerDataset.ts';

type LoaderParts = Pick<TrainerParts, 'args' | 'collate'>;

/** Loader of the training rows; epoch and seed determine their order. */
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

/** Sampler of the rows of each training epoch. */
export function trainSampler(dataset: TrainerDataset, args: TrainingArguments): Sampler {
  const { length: numSamples } = dataset;
  if (args.trainSamplingStrategy === 'sequential') return new SequentialSampler({ numSamples });
  const drawn = (epoch: number) => new Mt19937((args.dataSeed ?? args.seed) + epoch).randperm(numSamples);
  if (args.trainSamplingStrategy === 'random') return new RandomSampler({ numSamples, order: drawn });
  const lengths = rowLengths(dataset, args);
  const batchSize = args.perDeviceTrainBatchSize * args.gradientAccumulationSteps;
  return new RandomSampler({ numSamples, order: (epoch) => groupedByLength(drawn(epoch), lengths, batchSize) });
}

/** Loader of evaluation rows, in order. */
export function evalDataloader(dataset: TrainerDataset, { args, collate }: LoaderParts): Dataloader {
  return new DataLoader(dataset, {
    batchSize: args.perDeviceEvalBatchSize,
    sampler: new SequentialSampler({ numSamples: dataset.length }),
    collateFn: collate,
    dropLast: args.dataloaderDropLast,
  });
}

/**
 * Checks before a run the datasets that it will evaluate: without rows, or with no column that the
 * model reads, they would end it at the first evaluation.
 *
 * @throws TrainerDatasetError
 */
export async function requireEvaluable(
  trainer: Pick<ExtensionPoints, 'getEvalDataloader'>,
  evalDataset: EvalDataset,
): Promise<void> {
  for (const dataset of isSeveral(evalDataset) ? Object.values(evalDataset) : [evalDataset])
    readDataloader('getEvalDataloader', await trainer.getEvalDataloader(dataset));
}

/**
 * Checks the data loader that a method of a subclass returned.
 *
 * @param method name of the method
 * @throws TrainerError when it does not iterate over a known number of batches,
 *   TrainerDatasetError when that is 0
 */
export function readDataloader(method: string, given: Dataloader): Dataloader {
  const isObject = typeof given === 'object' && given !== null;
  if (!isObject || !(Symbol.asyncIterator in given || Symbol.iterator in given) || !Number.isInteger(given.length)) {
    throw new TrainerError(
      `${method} must return a DataLoader: batches to iterate over, and their number as length; got ${shown(given)}`,
    );
  }
  if (given.length === 0)
    throw new TrainerDatasetError(
      `${method} gives no batch: its length is 0. With dataloaderDropLast a dataset must have at least as many rows as a batch.`,
    );
  return given;
}
