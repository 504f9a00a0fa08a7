import type { TrainingArguments } from '../arguments/trainingArguments.ts';
import { trainSampler } from './dataloaders.ts';
import { tokensOf } from './lengthGroups.ts';
import type { TrainerDataset } from './trainerDataset.ts';

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
