import type { PackedBatch } from './packBatch.ts';

/**
 * Spreads values of packed tokens, [tokens, width], over the padded batch: [rows, columns, width],
 * zero where padding is.
 */
export function unpackTokens(
  values: ArrayLike<number>,
  packed: Pick<PackedBatch, 'rows' | 'columns' | 'tokens' | 'paddedIndex'>,
): { data: Float32Array; shape: number[] } {
  const width = values.length / packed.tokens;
  const data = new Float32Array(packed.rows * packed.columns * width);
  packed.paddedIndex.forEach((index, token) => {
    for (let channel = 0; channel < width; channel++) data[index * width + channel] = values[token * width + channel]!;
  });
  return { data, shape: [packed.rows, packed.columns, width] };
}
