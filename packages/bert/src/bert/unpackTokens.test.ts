import { expect, it } from 'vitest';
import { packBatch } from './packBatch.ts';
import { unpackTokens } from './unpackTokens.ts';

it('puts tokens back where they stood', () => {
  const packed = packBatch(
    {
      input_ids: { data: Int32Array.of(1, 2, 0, 3, 0, 4), shape: [2, 3] },
      attention_mask: { data: Int32Array.of(1, 1, 0, 1, 0, 1), shape: [2, 3] },
    },
    { vocabSize: 5, typeVocabSize: 2, maxPositionEmbeddings: 3 },
  );
  expect(unpackTokens([1, 10, 2, 20, 3, 30, 4, 40], packed)).toEqual({
    data: Float32Array.of(1, 10, 2, 20, 0, 0, 3, 30, 0, 0, 4, 40),
    shape: [2, 3, 2],
  });
});

it('says what it was not given', () => {
  expect(() => unpackTokens([1], undefined as never)).toThrow(/packed must be the output's packed; got undefined/);
  const packed = { rows: 1, columns: 2, tokens: 2, paddedIndex: Uint32Array.of(0, 1) };
  expect(() => unpackTokens([1, 2, 3], packed)).toThrow(
    'an array [2 tokens, width], such as await lastHiddenState.data(); got an array of 3',
  );
});
