import { objectWith, requireArgument, shown } from '@attune/validate';
import { BatchError } from '../errors.ts';
import type { PackedBatch } from './packBatch.ts';

/**
 * Number of values of each token.
 *
 * @throws BatchError for values that are not of this many tokens
 */
export function tokenWidth(where: string, values: ArrayLike<number>, tokens: number): number {
  const width = (values as ArrayLike<number> | undefined)?.length ? values.length / tokens : NaN;
  if (Number.isInteger(width)) return width;
  throw new BatchError(
    `${where}: values must be an array [${tokens} tokens, width], such as await lastHiddenState.data(); got ${shown(values)}`,
  );
}

const packedBatch = objectWith("the output's packed", { rows: 'number', columns: 'number', tokens: 'number' });

/**
 * Spreads values of packed tokens, [tokens, width], over the padded batch: [rows, columns, width],
 * zero where padding is.
 *
 * @throws BatchError for values that are not of these tokens
 */
export function unpackTokens(
  values: ArrayLike<number>,
  packed: Pick<PackedBatch, 'rows' | 'columns' | 'tokens' | 'paddedIndex'>,
): { data: Float32Array; shape: number[] } {
  requireArgument('unpackTokens', 'packed', packed, packedBatch, BatchError);
  const width = tokenWidth('unpackTokens', values, packed.tokens);
  const data = new Float32Array(packed.rows * packed.columns * width);
  packed.paddedIndex.forEach((index, token) => {
    for (let channel = 0; channel < width; channel++) data[index * width + channel] = values[token * width + channel]!;
  });
  return { data, shape: [packed.rows, packed.columns, width] };
}
