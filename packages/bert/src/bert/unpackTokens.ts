import { objectWith, requireArgument, shown } from '@attune/validate';
import { BatchError } from '../pretrained/errors.ts';
import type { PackedBatch } from './packBatch.ts';

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
  const width = (values as ArrayLike<number> | undefined)?.length ? values.length / packed.tokens : NaN;
  if (!Number.isInteger(width))
    throw new BatchError(
      `unpackTokens: values must be an array [${packed.tokens} tokens, width], such as await lastHiddenState.data(); got ${shown(values)}.`,
    );
  const data = new Float32Array(packed.rows * packed.columns * width);
  packed.paddedIndex.forEach((index, token) => {
    for (let channel = 0; channel < width; channel++) data[index * width + channel] = values[token * width + channel]!;
  });
  return { data, shape: [packed.rows, packed.columns, width] };
}
