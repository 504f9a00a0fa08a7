import { describe, expect, it } from 'vitest';
import { BatchError } from './batchError.ts';
import { packBatch, type Batch } from './packBatch.ts';
import { readLabels } from './readLabels.ts';

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

  it('lets padding stand beyond the last position', () => {
    expect(
      packBatch({ input_ids: ids([[1, 2, 3, 4, 0, 0]]), attention_mask: ids([[1, 1, 1, 1, 0, 0]]) }, limits).tokens,
    ).toBe(4);
  });

  it.each<[string, Batch, RegExp]>([
    ['no ids', { labels: ids([[1]]) }, /no input_ids; its keys are: labels/],
    ['a list of ids', { input_ids: { data: Int32Array.of(1), shape: [1] } }, /shape \[1\]; \[rows, columns\]/],
    ['an id outside the vocabulary', { input_ids: ids([[1, 10]]) }, /input_ids\[0, 1\] is 10; ids from 0 to 9/],
    ['a negative id', { input_ids: ids([[-1, 1]]) }, /input_ids\[0, 0\] is -1/],
    ['a type outside the table', { input_ids: ids([[1]]), token_type_ids: ids([[2]]) }, /token_type_ids\[0, 0\] is 2/],
    ['too long a row', { input_ids: ids([[1, 1, 1, 1, 1]]) }, /column 4, but the model has 4 positions.*maxLength: 4/],
    ['an empty row', { input_ids: ids([[1], [1]]), attention_mask: ids([[1], [0]]) }, /Row 1 has no token/],
    ['padding on the left', { input_ids: ids([[0, 1]]), attention_mask: ids([[0, 1]]) }, /pad on the right/],
    [
      'a mask of another shape',
      { input_ids: ids([[1, 1]]), attention_mask: ids([[1]]) },
      /attention_mask has shape \[1, 1\]/,
    ],
  ])('refuses %s', (_, batch, message) => {
    expect(() => packBatch(batch, limits)).toThrow(message);
    expect(() => packBatch(batch, limits)).toThrow(BatchError);
  });
});

describe('readLabels', () => {
  const two = ['no', 'yes'];
  const list = (data: Int32Array | Float32Array, ...shape: number[]) => ({
    data,
    shape: shape.length > 0 ? shape : [data.length],
  });

  it('chooses the problem as transformers does', () => {
    expect(readLabels(list(Int32Array.of(1, 0)), 2, two, null)).toEqual({
      problemType: 'single_label_classification',
      values: Int32Array.of(1, 0),
      labelled: 2,
    });
    expect(readLabels(list(Int32Array.of(3, -2)), 2, ['x'], null)).toEqual({
      problemType: 'regression',
      values: Float32Array.of(3, -2),
      labelled: 2,
    });
    expect(readLabels(list(Float32Array.of(1, 0, 0, 1), 2, 2), 2, two, null).problemType).toBe(
      'multi_label_classification',
    );
    expect(readLabels(list(Int32Array.of(1, 0, 0, 1), 2, 2), 2, two, null).values).toEqual(Float32Array.of(1, 0, 0, 1));
    expect(readLabels(list(Float32Array.of(1, 0)), 2, two, 'single_label_classification').values).toEqual(
      Int32Array.of(1, 0),
    );
  });

  it('takes -1 and -100 as unlabeled', () => {
    expect(readLabels(list(Int32Array.of(-1, 1, -100)), 3, two, null)).toEqual({
      problemType: 'single_label_classification',
      values: Int32Array.of(-100, 1, -100),
      labelled: 1,
    });
  });

  it('refuses labels that do not fit', () => {
    expect(() => readLabels(list(Int32Array.of(2)), 1, two, null)).toThrow(
      /labels\[0\] is 2, but the model has classes 0 to 1 \(numLabels is 2\)/,
    );
    expect(() => readLabels(list(Float32Array.of(0, 1)), 2, two, null)).toThrow(
      /For one class per row give whole numbers/,
    );
    expect(() => readLabels(list(Int32Array.of(0, 1)), 3, two, null)).toThrow(/3 rows and labels of shape \[2\]/);
    expect(() => readLabels(list(Float32Array.of(0.5)), 1, two, 'single_label_classification')).toThrow(
      /labels\[0\] is 0.5/,
    );
    expect(() => readLabels(list(Float32Array.of(NaN)), 1, ['x'], null)).toThrow(/hold NaN/);
    expect(() => readLabels(list(Float32Array.of(2, 0), 1, 2), 1, two, null)).toThrow(/from 0 to 1/);
  });
});
