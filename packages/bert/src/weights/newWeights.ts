import type { Mt19937 } from '@attune/tensor';

export interface NewWeightOptions {
  /** Standard deviation of drawn weights. */
  readonly initializerRange: number;
  /** Row of the word table that stays zero; null for none. */
  readonly padTokenId: number | null;
}

/**
 * Initial value of a new weight, as `transformers` initialises BERT: normal(0, initializerRange)
 * for matrices, 0 for biases, 1 for the scale of a layer norm; the padding row of the word table is
 * 0. Only matrices draw, so the order of calls is the order of draws.
 */
export function newWeight(
  name: string,
  shape: readonly number[],
  generator: Mt19937,
  options: NewWeightOptions,
): Float32Array {
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (name.endsWith('bias')) return new Float32Array(size);
  if (/(^|\.)LayerNorm\.weight$/.test(name)) return new Float32Array(size).fill(1);
  const { initializerRange, padTokenId } = options;
  const values = generator.normal(size, 0, initializerRange);
  if (name.endsWith('word_embeddings.weight') && padTokenId !== null) {
    const width = shape[1] ?? 0;
    values.fill(0, padTokenId * width, (padTokenId + 1) * width);
  }
  return values;
}
