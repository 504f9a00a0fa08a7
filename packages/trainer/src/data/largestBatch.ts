import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { trainSampler } from './dataloaders.ts';
import { tokensOf } from './lengthGroups.ts';
import type { TrainerDataset } from './trainerDataset.ts';

/** At most this many rows, over all epochs, are examined, so that the run starts soon. */
const mostRowsLookedAt = 1_000_000;

/**
 * Token counts of the rows of the largest training batch, so that the run can check before its
 * first step whether it fits on the GPU. Null where rows have no `input_ids`, or there are too
 * many.
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
