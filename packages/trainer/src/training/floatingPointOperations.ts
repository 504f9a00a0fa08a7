import type { Batch } from '@attune/data';
import type { TrainableModel } from '../model.ts';

/**
 * Numbers in all trainable weights but the embedding tables, for the estimate of 6 operations per
 * parameter and token.
 */
export function parametersWithoutEmbeddings(model: TrainableModel): number {
  let count = 0;
  for (const [name, parameter] of model.namedParameters())
    if (!/embeddings?\.weight$/.test(name)) count += parameter.size;
  return count;
}

/** Tokens of a batch, padding included, as `transformers` counts them. */
export function countTokens(batch: Batch): number {
  return batch['input_ids']?.data.length ?? 0;
}
