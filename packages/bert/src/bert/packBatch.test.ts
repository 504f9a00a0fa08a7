import { describe, expect, it } from 'vitest';
import { BatchError } from '../errors.ts';
import type { ModelInputs } from '../pretrained/modelInputs.ts';
import { packBatch } from './packBatch.ts';

const limits = { vocabSize: 10, typeVocabSize: 2, maxPositionEmbeddings: 4 };
const ids = (rows: number[][]) => ({ data: Int32Array.from(rows.flat()), shape: [rows.length, rows[0]!.length] });

describe('packBatch', () => {
  it('keeps the tokens of the mask, with their columns as positions', () => {
    const packed = packBatch(
      {
        input_ids: ids([
          [2, 5, 6, 3],
          [2, 7, 0, 3],
        ]),
        attention_mask: ids([
          [1, 1, 1, 1],
          [1, 1, 0, 1],
        ]),
        token_type_ids: ids([
          [0, 0, 1, 1],
          [0, 0, 0, 1],
        ]),
      },
      limits,
      3,
    );
    expect(packed).toMatchObject({ rows: 2, columns: 4, tokens: 7, maxSeqlen: 4 });
    expect([...packed.inputIds]).toEqual([2, 5, 6, 3, 2, 7, 3]);
    expect([...packed.positionIds]).toEqual([0, 1, 2, 3, 0, 1, 3]);
    expect([...packed.typeIds]).toEqual([0, 0, 1, 1, 0, 0, 1]);
    expect([...packed.cuSeqlens]).toEqual([0, 4, 7]);
    expect([...packed.paddedIndex]).toEqual([0, 1, 2, 3, 4, 5, 7]);
    expect([...packed.tokenKeys].slice(3, 6)).toEqual([(3 << 16) | 3, 4 << 16, (4 << 16) | 1]);
    expect([...packed.rowKeys]).toEqual([3 << 16, 4 << 16]);
  });

  it('takes everything without a mask, and type 0 without types', () => {
    const packed = packBatch(
      {
        input_ids: ids([
          [1, 2],
          [3, 4],
        ]),
      },
      limits,
    );
    expect([...packed.cuSeqlens]).toEqual([0, 2, 4]);
    expect([...packed.typeIds]).toEqual([0, 0, 0, 0]);
  });

  it('takes ids as other libraries make them', () => {
    const expected = packBatch({ input_ids: ids([[2, 5, 3]]), attention_mask: ids([[1, 1, 0]]) }, limits);
    const big = (...values: bigint[]) => ({ data: BigInt64Array.from(values), dims: [1, 3] });
    for (const inputs of [
      { input_ids: big(2n, 5n, 3n), attention_mask: big(1n, 1n, 0n) },
      { input_ids: [[2, 5, 3]], attention_mask: [[1, 1, 0]], idx: [7], special_tokens_mask: [[1, 0, 1]] },
      { input_ids: [BigInt64Array.of(2n, 5n, 3n)], attention_mask: [[true, true, false] as never] },
      {
        input_ids: { data: [2, 5, 3], shape: [1, 3] },
        attention_mask: { data: Uint8Array.of(1, 1, 0), shape: [1, 3] },
      },
    ])
      expect(packBatch(inputs, limits)).toEqual(expected);
  });

  it('lets padding stand beyond the last position', () => {
    expect(
      packBatch({ input_ids: ids([[1, 2, 3, 4, 0, 0]]), attention_mask: ids([[1, 1, 1, 1, 0, 0]]) }, limits).tokens,
    ).toBe(4);
  });

  it('takes ids of 64 bits in lists, as transformers.js gives them', () => {
    expect([...packBatch({ input_ids: [[1n, 2n]] }, limits).inputIds]).toEqual([1, 2]);
  });

  it.each<[string, ModelInputs, string]>([
    [
      'rows of several lengths',
      { input_ids: [[1, 2], [3]] },
      'input_ids: all rows must have the same length; row 0 has 2 values, row 1 is an array of 1. Tokenize with { padding: true',
    ],
    [
      'a promise',
      { input_ids: Promise.resolve([]) as never },
      'input_ids must be an array { data, shape } or lists of numbers; got a Promise; await it first. A tensor is read back first',
    ],
    [
      'a mask of other numbers',
      { input_ids: [[1, 2]], attention_mask: [[0, -10000]] },
      'mask[0, 1] must be 1 for a token or 0 for padding; got -10000',
    ],
    ['names in camelCase', { inputIds: [[1]] }, 'the batch has inputIds; did you mean input_ids?'],
    ['a label called label', { input_ids: [[1]], label: [1] }, 'the batch has label; did you mean labels?'],
    ['positions', { input_ids: [[1]], position_ids: [[7]] }, 'position_ids, which is not supported'],
    ['positions in camelCase', { input_ids: [[1]], positionIds: [[7]] }, 'positionIds, which is not supported'],
    ['options', { input_ids: [[1]], output_hidden_states: true as never }, 'option: forward(batch, { outputHidden'],
    ['attentions', { input_ids: [[1]], outputAttentions: true as never }, 'attention probabilities are not kept'],
    [
      'an id that is a text',
      { input_ids: [['1']] as never },
      'input_ids[0, 0] must be an id from 0 to 9 (the vocabulary of the model); got "1"',
    ],
    [
      'an id that is missing',
      { input_ids: [[null]] as never },
      'input_ids[0, 0] must be an id from 0 to 9 (the vocabulary of the model); got null',
    ],
    ['a shape of texts', { input_ids: { data: [1], shape: ['1', '1'] as never } }, 'an array { data, shape }'],
    ['no batch', [[1]] as never, 'packBatch takes a batch, { input_ids, attention_mask, … }; got an array of 1'],
    ['no ids', { labels: ids([[1]]) }, 'no input_ids; its keys are: labels'],
    [
      'a list of ids',
      { input_ids: { data: Int32Array.of(1), shape: [1] } },
      'input_ids must have the shape [rows, columns], with at least one of each; got [1]',
    ],
    [
      'an id outside the vocabulary',
      { input_ids: ids([[1, 10]]) },
      'input_ids[0, 1] must be an id from 0 to 9 (the vocabulary of the model); got 10',
    ],
    [
      'a negative id',
      { input_ids: ids([[-1, 1]]) },
      'input_ids[0, 0] must be an id from 0 to 9 (the vocabulary of the model); got -1',
    ],
    [
      'a type outside the table',
      { input_ids: ids([[1]]), token_type_ids: ids([[2]]) },
      'token_type_ids[0, 0] must be an id from 0 to 1 (the token types of the model); got 2',
    ],
    [
      'too long a row',
      { input_ids: ids([[1, 1, 1, 1, 1]]) },
      'column 4, but the model has 4 positions. Tokenize with { truncation: true, maxLength: 4',
    ],
    ['an empty row', { input_ids: ids([[1], [1]]), attention_mask: ids([[1], [0]]) }, 'Row 1 has no token'],
    ['padding on the left', { input_ids: ids([[0, 1]]), attention_mask: ids([[0, 1]]) }, 'pad on the right'],
    [
      'a mask of another shape',
      { input_ids: ids([[1, 1]]), attention_mask: ids([[1]]) },
      'attention_mask has shape [1, 1]',
    ],
  ])('refuses %s', (_, batch, message) => {
    expect(() => packBatch(batch, limits)).toThrow(message);
    expect(() => packBatch(batch, limits)).toThrow(BatchError);
  });
});
