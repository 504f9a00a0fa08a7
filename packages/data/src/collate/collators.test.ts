import { describe, expect, it } from 'vitest';
import { CollateError, DataCollatorWithPadding, defaultDataCollator, value } from '../index.ts';
import type { PaddingTokenizer } from '../index.ts';

const tokenizer: PaddingTokenizer = {
  pad(features, { padding, maxLength = 8, padToMultipleOf = 1 }) {
    const columns = features as Record<string, number[][]>;
    if (padding === false) return columns;
    const longest =
      padding === 'max_length' ? maxLength : Math.max(...(columns['input_ids'] ?? []).map(({ length }) => length));
    const width = Math.ceil(longest / padToMultipleOf) * padToMultipleOf;
    return Object.fromEntries(
      Object.entries(columns).map(([name, rows]) => [
        name,
        rows.map((row) => [...row, ...Array<number>(width - row.length).fill(0)]),
      ]),
    );
  },
};
const rows = [
  { label: 1, input_ids: [101, 7, 102], attention_mask: [1, 1, 1] },
  { label: 0, input_ids: [101, 102], attention_mask: [1, 1] },
];

describe('DataCollatorWithPadding', () => {
  it('pads to the longest row, and renames labels', () => {
    const collator = new DataCollatorWithPadding({ tokenizer });
    expect(collator).toBeInstanceOf(DataCollatorWithPadding);
    expect(collator.tokenizer).toBe(tokenizer);
    expect(collator(rows)).toEqual({
      input_ids: { data: Int32Array.of(101, 7, 102, 101, 102, 0), shape: [2, 3] },
      attention_mask: { data: Int32Array.of(1, 1, 1, 1, 1, 0), shape: [2, 3] },
      labels: { data: Int32Array.of(1, 0), shape: [2] },
    });
  });

  it('takes ids in typed arrays', () => {
    const typed = rows.map((row) => ({ ...row, input_ids: Int32Array.from(row.input_ids) }));
    const collator = new DataCollatorWithPadding({ tokenizer });
    expect(collator(typed)).toEqual(collator(rows));
  });

  it('passes its options on', () => {
    expect(new DataCollatorWithPadding({ tokenizer, padToMultipleOf: 8 })(rows)['input_ids']?.shape).toEqual([2, 8]);
    expect(
      new DataCollatorWithPadding({ tokenizer, padding: 'max_length', maxLength: 5 })(rows)['input_ids']?.shape,
    ).toEqual([2, 5]);
    expect(() => new DataCollatorWithPadding({ tokenizer, padding: false })(rows)).toThrow(
      'row 0 of the batch has 3 values, row 1 has 2. Set padding to true.',
    );
  });

  it('makes f32 of floats: by value, or by the type of the column', () => {
    const collator = new DataCollatorWithPadding({ tokenizer });
    const scored = rows.map((row, index) => ({ input_ids: row.input_ids, label: 0.5 * index }));
    expect(collator(scored)['labels']).toEqual({ data: Float32Array.of(0, 0.5), shape: [2] });
    expect(collator(rows, { label: value('float32') })['labels']?.data).toBeInstanceOf(Float32Array);
    const several = rows.map(({ input_ids }) => ({ input_ids, label_ids: [1, 0, 1] }));
    expect(collator(several)['labels']).toEqual({ data: Int32Array.of(1, 0, 1, 1, 0, 1), shape: [2, 3] });
  });

  it.each([
    [{ label: 1, labels: 0 }, 1],
    [{ labels: 0, label: 1 }, 1],
    [{ label: 1, label_ids: 2 }, 2],
    [{ label_ids: 2, labels: 0, label: 1 }, 2],
  ])('of several columns of labels takes the one that transformers takes: %j', (labels, expected) => {
    const batch = new DataCollatorWithPadding({ tokenizer })([{ input_ids: [1], ...labels }]);
    expect([Object.keys(batch), ...batch['labels']!.data]).toEqual([['input_ids', 'labels'], expected]);
  });

  it.each([
    [
      'text',
      rows.map((row) => ({ ...row, text: 'hello' })),
      'Column \'text\' cannot be part of a batch: row 0 is "hello", which is not a number. Tokenize the text and remove the column',
    ],
    [
      'a missing label',
      rows.map(({ input_ids }) => ({ input_ids, label: null })),
      "Column 'label' cannot be part of a batch: row 0 is null",
    ],
    [
      'a ragged other column',
      [
        { input_ids: [1], spans: [1] },
        { input_ids: [1], spans: [1, 2] },
      ],
      'Only the columns of the tokenizer are padded',
    ],
    ['no tokens', [{ text: 'x' }], "a column 'input_ids'; the rows have text"],
    ['tokens that are not a list', [{ input_ids: 5 }], 'a list of numbers'],
    ['no rows', [], 'at least one row'],
    ['numbers beyond 32 bits', [{ input_ids: [1], id: 2 ** 40 }], 'beyond 32 bits'],
  ])('errors: %s', (_, given, message) => {
    expect(() => new DataCollatorWithPadding({ tokenizer })(given)).toThrow(message);
    expect(() => new DataCollatorWithPadding({ tokenizer })(given)).toThrow(CollateError);
  });

  it('needs a tokenizer', () => {
    expect(() => new DataCollatorWithPadding({} as never)).toThrow(CollateError);
  });
});

describe('defaultDataCollator', () => {
  it('stacks, and leaves text and missing columns out', () => {
    expect(
      defaultDataCollator([
        { x: 1.5, ids: [1, 2], label: true, text: 'a', gap: null },
        { x: 2, ids: [3, 4], label: false, text: 'b', gap: 1 },
      ]),
    ).toEqual({
      x: { data: Float32Array.of(1.5, 2), shape: [2] },
      ids: { data: Int32Array.of(1, 2, 3, 4), shape: [2, 2] },
      labels: { data: Int32Array.of(1, 0), shape: [2] },
    });
  });

  it.each([
    [{ label: 1, labels: 0 }, 0],
    [{ label: 1, label_ids: 2 }, 1],
    [{ label: null, label_ids: 2 }, 2],
  ])('of several columns of labels takes the one that transformers takes: %j', (labels, expected) => {
    expect([...defaultDataCollator([labels])['labels']!.data]).toEqual([expected]);
  });

  it('does not leave out labels that are text', () => {
    for (const name of ['label', 'labels', 'label_ids'])
      expect(() => defaultDataCollator([{ ids: [1], [name]: 'yes' }])).toThrow(`classEncodeColumn('${name}')`);
  });

  it('does not pad', () => {
    expect(() => defaultDataCollator(rows)).toThrow('Use DataCollatorWithPadding');
    expect(() => defaultDataCollator([])).toThrow(CollateError);
  });
});
