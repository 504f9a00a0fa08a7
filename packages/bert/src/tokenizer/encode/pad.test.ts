import { beforeAll, expect, it } from 'vitest';
import { ownMini } from '../../testing/ownMini.ts';
import { AutoTokenizer, type Tokenizer } from '../index.ts';

let tokenizer: Tokenizer;

beforeAll(async () => {
  tokenizer = await AutoTokenizer.fromPretrained(ownMini);
});

it('pads while encoding', () => {
  const texts = ['the vote', 'the'];
  const longest = tokenizer(texts, null, { padding: true });
  expect(longest.input_ids[1]!.slice(-1)).toEqual([0]);
  expect(longest.attention_mask).toEqual(longest.input_ids.map((row) => row.map((id) => (id === 0 ? 0 : 1))));
  expect(tokenizer(texts, { padding: 'longest', padToMultipleOf: 8 }).input_ids.map((row) => row.length)).toEqual([
    8, 8,
  ]);
  expect(
    tokenizer(texts, { padding: 'max_length', maxLength: 9, truncation: true }).token_type_ids!.map(
      (row) => row.length,
    ),
  ).toEqual([9, 9]);
  expect(tokenizer('yes', { padding: 'max_length' }).input_ids).toHaveLength(96);
  expect(
    tokenizer('yes', { padding: 'max_length', maxLength: 7, paddingSide: 'left' }).attention_mask!.slice(0, 2),
  ).toEqual([0, 0]);
});

it('refuses a multiple that rows cannot keep to, and one for rows that are not padded', () => {
  expect(() => tokenizer('the', { truncation: true, maxLength: 12, padding: true, padToMultipleOf: 8 })).toThrow(
    /cut to 12 tokens, which is not a multiple of 8/,
  );
  expect(() => tokenizer('the', { truncation: true, padding: true, padToMultipleOf: 7 })).toThrow(/cut to 96 tokens/);
  expect(() => tokenizer('the', { padToMultipleOf: 8 })).toThrow(/nothing is padded\. Pass padding: true/);
  expect(() => tokenizer('the', { padToMultipleOf: 0 })).toThrow(
    'padToMultipleOf must be a positive whole number; got 0',
  );
  expect(
    tokenizer('the', { truncation: true, maxLength: 16, padding: true, padToMultipleOf: 8 }).input_ids,
  ).toHaveLength(8);
});

it('pads features: keeps other keys, makes the mask, takes rows or columns', () => {
  const rows = [
    { input_ids: [2, 7, 3], label: 1 },
    { input_ids: Int32Array.of(2, 3), label: 0 },
  ];
  const padded = {
    input_ids: [
      [2, 7, 3],
      [2, 3, 0],
    ],
    label: [1, 0],
    attention_mask: [
      [1, 1, 1],
      [1, 1, 0],
    ],
  };
  expect(tokenizer.pad(rows)).toEqual(padded);
  expect(tokenizer.pad({ input_ids: rows.map((row) => row.input_ids), label: [1, 0] })).toEqual(padded);
  expect(
    tokenizer
      .pad(rows, { padding: 'max_length', maxLength: 5, padToMultipleOf: 4 })
      .input_ids!.map((row) => row.length),
  ).toEqual([8, 8]);
  expect(() => tokenizer.pad([{ text: 'a' }])).toThrow(/no 'input_ids' among the keys: text/);
  expect(() => tokenizer.pad([{ input_ids: [1, 2], token_type_ids: [0] }])).toThrow(/equally long/);
  expect(() => tokenizer.pad([rows[0]!, { input_ids: [1] }])).toThrow(/row 1 has no 'label'/);
});
