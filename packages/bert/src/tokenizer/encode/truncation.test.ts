import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { ownMini, readOwnMini } from '../../testing/ownMini.ts';
import { AutoTokenizer, tokenizerFromFiles, TruncationError, type Tokenizer } from '../index.ts';
import { readLength, truncatedLengths } from './truncation.ts';

let golden: Awaited<ReturnType<typeof readOwnMini>>;
let tokenizer: Tokenizer;

beforeAll(async () => {
  golden = await readOwnMini();
  tokenizer = await AutoTokenizer.fromPretrained(ownMini);
});

it('cuts longest_first as the Rust tokenizers do', () => {
  // max length 13, 12, 10 with three special tokens
  expect([10, 9, 7].map((limit) => truncatedLengths(10, 6, limit, 'longest_first'))).toEqual([
    [5, 5],
    [5, 4],
    [4, 3],
  ]);
  expect([9, 7].map((limit) => truncatedLengths(6, 10, limit, 'longest_first'))).toEqual([
    [4, 5],
    [3, 4],
  ]);
  expect(truncatedLengths(10, 10, 9, 'longest_first')).toEqual([4, 5]);
  expect(truncatedLengths(10, undefined, 4, 'longest_first')).toEqual([4, undefined]);
  expect(truncatedLengths(3, 4, 0, 'only_first')).toEqual([0, 0]);
});

it('counts, as they do, only the words up to the limit when it looks for the longer side', () => {
  const tokens = ['wr', '##ench', 'the', 'har', '##bour', '##s', 'now'];
  const lengths = (side: 'left' | 'right') =>
    [1, 2, 3, 4, 6, 9].map((limit) => readLength(tokens, limit, (token) => token.startsWith('##'), side));
  expect(lengths('right')).toEqual([2, 2, 3, 6, 6, 7]);
  expect(lengths('left')).toEqual([1, 4, 4, 4, 7, 7]);
});

it('refuses to remove a whole sequence', () => {
  expect(truncatedLengths(5, 4, 5, 'only_first')).toEqual([1, 4]);
  expect(() => truncatedLengths(5, 4, 4, 'only_first')).toThrow(TruncationError);
  expect(() => truncatedLengths(5, undefined, 4, 'only_second')).toThrow(/no second sequence/);
  expect(() => tokenizer('yes', 'no', { truncation: true, maxLength: 2 })).toThrow(/3 special tokens alone/);
});

it('truncates when only maxLength is given, from the side asked for', () => {
  const [a] = golden.pairs[0]!;
  const whole = tokenizer(a).input_ids;
  expect(tokenizer(a, null, { maxLength: 6 }).input_ids).toEqual([...whole.slice(0, 5), tokenizer.sepTokenId]);
  expect(tokenizer(a, null, { maxLength: 6, truncationSide: 'left' }).input_ids).toEqual([
    tokenizer.clsTokenId,
    ...whole.slice(-5),
  ]);
});

it('refuses only_second for a text without a second, with special tokens or not', () => {
  for (const addSpecialTokens of [true, false])
    expect(() =>
      tokenizer('the vote was put off', { truncation: 'only_second', maxLength: 3, addSpecialTokens }),
    ).toThrow(/no second sequence/);
  expect(tokenizer('the', { truncation: 'only_second', maxLength: 3 }).input_ids).toHaveLength(3);
});

it('warns once about a maxLength that nothing is cut or padded to', async () => {
  const said: string[] = [];
  const own = await AutoTokenizer.fromPretrained(ownMini, { warn: (message) => void said.push(message) });
  for (let i = 0; i < 2; i++)
    expect(own(['the', 'the vote'], { padding: true, maxLength: 3 }).input_ids[0]).toHaveLength(4);
  own('the', { truncation: false, maxLength: 2 });
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/maxLength is 3, and nothing is cut or padded to it\. Pass truncation: true,/);
  own('the', { padding: 'max_length', maxLength: 3 });
  expect(said).toHaveLength(1);
});

it('warns once about a text over the limit, and once about truncation without a limit', async () => {
  const files = { vocabulary: await readFile(join(ownMini, 'vocab.txt'), 'utf8') };
  const said: string[] = [];
  const warn = (message: string): void => void said.push(message);
  const unlimited = await tokenizerFromFiles(files, { warn });
  for (let i = 0; i < 2; i++) expect(unlimited('the vote', null, { truncation: true }).input_ids).toHaveLength(4);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/Pass maxLength/);
  const limited = await tokenizerFromFiles(files, { warn, modelMaxLength: 3 });
  for (let i = 0; i < 2; i++) limited('the vote');
  expect(said).toHaveLength(2);
  expect(said[1]).toMatch(/4 tokens, more than the 3/);
});
