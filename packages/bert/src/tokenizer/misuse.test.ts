import { beforeAll, expect, it } from 'vitest';
import { ownMini } from '../testing/ownMini.ts';
import { AutoTokenizer, TokenizerError, type Tokenizer } from './index.ts';

let tokenizer: Tokenizer;
beforeAll(async () => {
  tokenizer = await AutoTokenizer.fromPretrained(ownMini);
});

it('does not pass over what Python would set of it', () => {
  const names = ['modelMaxLength', 'paddingSide', 'truncationSide', 'padToken', 'padTokenId', 'modelInputNames'];
  for (const name of names) {
    const before = tokenizer[name as 'padToken'];
    expect(() => Object.assign(tokenizer, { [name]: before })).toThrow(TokenizerError);
    expect(() => Object.assign(tokenizer, { [name]: 64 })).toThrow(new RegExp(`no state: ${name} cannot be set`));
    expect(tokenizer[name as 'padToken']).toBe(before);
  }
  for (const wrong of [() => tokenizer['pad_token' as 'padToken'], () => Object.assign(tokenizer, { pad_token: 'x' })])
    expect(wrong).toThrow('A tokenizer has no pad_token: it is called padToken');
});

it.each([
  ['returnTensors', /no option 'returnTensors'. Leave it out: lists will do/],
  ['return_tensors', /no option 'return_tensors'. Leave it out/],
  ['textPair', /It is the second argument/],
  ['is_split_into_words', /Give each word to tokenize\(word\)/],
  ['returnLength', /no option 'returnLength'. Leave it out: it is input_ids.length/],
  ['stride', /Cut long texts into parts first/],
  ['return_overflowing_tokens', /Cut long texts into parts first/],
])('says what to do instead of %s', (name, message) => {
  expect(() => tokenizer('a', { [name]: true } as never)).toThrow(message);
});

it('refuses what is not text, and options it does not have', () => {
  expect(() => tokenizer(['a', null as unknown as string])).toThrow(
    /texts\[1\] must be a string; got null, a missing value/,
  );
  expect(() => tokenizer(['a', 'b'], ['c'])).toThrow(/2 texts and 1 pair texts/);
  expect(() => tokenizer(3 as unknown as string)).toThrow(TokenizerError);
  expect(() => tokenizer(['a', 5 as unknown as string])).toThrow(
    "texts[1] must be a string; got a number, 5. Choose a column of texts, or make it one: dataset.castColumn(name, value('string'))",
  );
  expect(() => tokenizer(5 as unknown as string)).toThrow(
    'got 5. Choose a column of texts, or make it one: dataset.castColumn',
  );
  expect(() => tokenizer(Promise.resolve('a') as never)).toThrow(/list of strings; got a Promise; await it first/);
  expect(() => tokenizer(['a', ['b', 'c'] as unknown as string])).toThrow(
    /texts\[1\] must be a string; got an array of 2/,
  );
  expect(() => tokenizer('a\ud83db')).toThrow(/text contains half a character at 1, an unpaired surrogate \(U\+D83D\)/);
  expect(() => tokenizer('a', null, { stride: 3 } as object)).toThrow(/no option 'stride'/);
  expect(() => tokenizer('a', { addSpecialTokens: 'no' } as object)).toThrow(
    /addSpecialTokens must be true or false; got "no"/,
  );
  expect(() => tokenizer('a', { addSpecialTokens: null } as object)).toThrow(
    /addSpecialTokens must be true or false; got null/,
  );
  expect(() => tokenizer('a', { returnAttentionMask: 0 } as object)).toThrow(
    /returnAttentionMask must be true or false; got 0/,
  );
  expect(tokenizer('a', { returnAttentionMask: null } as object).attention_mask).toHaveLength(3);
  expect(() => tokenizer('a', true as unknown as string)).toThrow(
    'The second text must be a string; got true. Options are an object, { truncation, … }',
  );
  expect(() => tokenizer([{ text: 'a' } as unknown as string])).toThrow(
    /texts\[0\] must be a string; got an object with text/,
  );
  expect(() => tokenizer.decode([[2, 3]] as never)).toThrow(
    'decode: ids[0] must be a token id; got an array of 2. batchDecode takes lists of lists',
  );
  expect(() => tokenizer.decode([2, -100])).toThrow(/decode: ids\[1\] must be a token id; got -100/);
  expect(() => tokenizer.decode([2, 3.5])).toThrow(/decode: ids\[1\] must be a token id; got 3.5/);
  expect(() => tokenizer.convertIdsToTokens(['2'] as never)).toThrow(
    'convertIdsToTokens: ids[0] must be a token id; got "2"',
  );
  expect(tokenizer.decode(BigInt64Array.of(2n, 3n) as never)).toBe(tokenizer.decode([2, 3]));
  expect(() => tokenizer('a', { max_length: 3 } as object)).toThrow(/no option 'max_length'. Did you mean maxLength/);
  expect(() => tokenizer('a', { paddingSide: 'up' as 'left' })).toThrow(
    /paddingSide must be 'left' or 'right'; got "up"/,
  );
  expect(() => tokenizer('a', null, 5 as never)).toThrow('options as an object, { truncation, … }; got 5');
  expect(() => tokenizer.decode(5 as never)).toThrow(/decode: ids must be a list of token ids; got 5/);
  expect(() => tokenizer.pad(undefined as never)).toThrow(
    'pad takes rows or columns, [{ input_ids }, …] or { input_ids }; got undefined',
  );
  expect(() => tokenizer.pad([{ input_ids: [1] }], { max_length: 5 } as object)).toThrow(/did you mean maxLength/);
  expect(() => tokenizer.decode([2], { skip_special_tokens: true } as object)).toThrow(/did you mean skipSpecial/);
  expect(() => (tokenizer as (...given: unknown[]) => unknown)('a', {}, {})).toThrow(/options twice/);
  expect(() => (tokenizer as (...given: unknown[]) => unknown)('a', 'b', {}, {})).toThrow(
    /The tokenizer: got an empty object/,
  );
  expect(() => (tokenizer.tokenize as (...given: unknown[]) => unknown)('a', {})).toThrow(
    /tokenize: got an empty object as an extra/,
  );
  expect(['the', 'yes'].flatMap(tokenizer.tokenize)).toEqual(tokenizer.tokenize('the yes'));
  expect(() => tokenizer.convertTokensToIds([5] as never)).toThrow(/tokens\[0\] must be a string; got 5/);
  expect(() => (tokenizer as (...given: unknown[]) => unknown)(undefined)).toThrow(
    /takes a string or a list of strings; got undefined, as from a column that does not exist/,
  );
  expect(tokenizer('a', null, {}).input_ids).toEqual(tokenizer('a').input_ids);
  expect(() => tokenizer.tokenize(undefined as never)).toThrow(/text must be a string; got undefined/);
  expect(() => tokenizer('a', null, { truncation: 'first' as 'only_first' })).toThrow(
    `truncation must be true, 'longest_first', 'only_first', 'only_second' or false; got "first"`,
  );
  expect(() => tokenizer('a', null, { padding: 'max' as 'longest' })).toThrow(
    `padding must be true, 'longest', 'max_length' or false; got "max"`,
  );
});
