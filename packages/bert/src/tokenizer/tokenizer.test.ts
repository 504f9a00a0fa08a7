import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { ownMini, readOwnMini } from '../testing/ownMini.ts';
import { AutoTokenizer, tokenizerFromFiles, type Tokenizer } from './index.ts';

let golden: Awaited<ReturnType<typeof readOwnMini>>;
let tokenizer: Tokenizer;

beforeAll(async () => {
  golden = await readOwnMini();
  tokenizer = await AutoTokenizer.fromPretrained(ownMini);
});

it('equals the Rust tokenizer, pair by pair and as a batch', () => {
  golden.pairs.forEach(([a, b], index) => expect(tokenizer(a, b, { truncation: true })).toEqual(golden.encoded[index]));
  const column = {
    *[Symbol.iterator]() {
      for (const [a] of golden.pairs) yield a;
    },
  };
  const batch = tokenizer(
    column,
    golden.pairs.map(([, b]) => b),
    { truncation: true },
  );
  expect(batch.input_ids).toEqual(golden.encoded.map((row) => row.input_ids));
  expect(batch.token_type_ids).toEqual(golden.encoded.map((row) => row.token_type_ids));
  expect(batch.attention_mask).toEqual(golden.encoded.map((row) => row.attention_mask));
});

it('builds the same tokenizer from vocab.txt alone', async () => {
  const fromVocabulary = await tokenizerFromFiles({ vocabulary: await readFile(join(ownMini, 'vocab.txt'), 'utf8') });
  golden.pairs.forEach(([a, b], index) => expect(fromVocabulary(a, b)).toEqual(golden.encoded[index]));
  expect(fromVocabulary.modelMaxLength).toBe(Infinity);
});

it('saves what Python can read: special tokens as texts, and how texts are normalized', async () => {
  const json = JSON.parse(await readFile(join(ownMini, 'tokenizer.json'), 'utf8'));
  const tokenizerJson = { ...json, normalizer: { ...json.normalizer, lowercase: false } };
  const config = { sep_token: { content: '[SEP]' }, additional_special_tokens: [{ content: '[E1]' }] };
  const saved = (await tokenizerFromFiles({ tokenizerJson, config })).files().get('tokenizer_config.json') ?? '';
  expect(JSON.parse(saved)).toMatchObject({
    sep_token: '[SEP]',
    extra_special_tokens: ['[E1]'],
    do_lower_case: false,
    tokenize_chinese_chars: true,
  });
});

it('warns once of undefined second texts, as from a column that does not exist', async () => {
  const told: string[] = [];
  const own = await AutoTokenizer.fromPretrained(ownMini, { warn: (message) => told.push(message) });
  const batch = { sentence1: ['a', 'b'] } as { sentence1: string[]; sentense2?: string[] };
  for (const options of [undefined, { truncation: true }])
    expect(own(batch.sentence1, batch.sentense2, options)).toEqual(own(batch.sentence1));
  own(batch.sentence1, null);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/second texts are undefined, as from a column that does not exist/);
});

it('shows added tokens as the normalizer leaves them, as tokenizers 0.23 does', async () => {
  const tokenizerJson = JSON.parse(await readFile(join(ownMini, 'tokenizer.json'), 'utf8'));
  const added = [
    { id: 236, content: 'NewTok', normalized: true },
    { id: 237, content: 'KEPT', normalized: false },
    { id: 238, content: '<S2>', normalized: true, special: true },
  ];
  const with3 = { ...tokenizerJson, added_tokens: [...tokenizerJson.added_tokens, ...added] };
  const own = await tokenizerFromFiles({ tokenizerJson: with3 });
  const text = 'the NewTok KEPT newtok <S2>.';
  const ids = own(text).input_ids;
  expect(ids).toEqual([2, 87, 236, 237, 236, 238, 9, 3]);
  const shown = ['the', 'newtok', 'KEPT', 'newtok', '<s2>', '.'];
  expect(own.tokenize(text)).toEqual(shown);
  expect(own.convertIdsToTokens(ids)).toEqual(['[CLS]', ...shown, '[SEP]']);
  expect(own.decode(ids, { skipSpecialTokens: true })).toBe('the newtok KEPT newtok <s2>.');
  expect(own.convertTokensToIds(['NewTok', 'newtok'])).toEqual([236, own.unkTokenId]);
  expect(own.vocabSize).toBe(239);
});

it('returns what is asked for, and takes options in the place of the pair', () => {
  expect(tokenizer('yes', { addSpecialTokens: false, returnTokenTypeIds: false, returnAttentionMask: false })).toEqual({
    input_ids: tokenizer.convertTokensToIds(tokenizer.tokenize('yes')),
  });
  const ids = tokenizer('yes', 'no', { returnSpecialTokensMask: true });
  expect(ids.special_tokens_mask).toEqual(ids.input_ids.map((id) => (tokenizer.allSpecialIds.includes(id) ? 1 : 0)));
  expect(tokenizer([])).toEqual({ input_ids: [], token_type_ids: [], attention_mask: [] });
});

it('takes an empty second text as transformers does: as none of one text, as a pair in a list', () => {
  const { sepTokenId } = tokenizer;
  expect(tokenizer('yes', '')).toEqual(tokenizer('yes'));
  expect(tokenizer(['yes'], ['']).input_ids[0]!.slice(-2)).toEqual([sepTokenId, sepTokenId]);
  expect(tokenizer('', 'yes').input_ids[1]).toBe(sepTokenId);
});

it('takes lists of pairs', () => {
  const pairs = golden.pairs.map(([a, b]) => [a, b] as const);
  expect(tokenizer(pairs).input_ids).toEqual(golden.encoded.map((row) => row.input_ids));
  expect(tokenizer(pairs, { maxLength: 6 }).input_ids.every((row) => row.length === 6)).toBe(true);
  expect(() => tokenizer([['the', 'vote', 'no']])).toThrow(
    'texts[0] must be [text, text], as in every list of pairs; got an array of 3',
  );
  expect(() => tokenizer([['the', null as unknown as string]])).toThrow(
    /texts\[0\]\[1\] must be a string; got null, a missing value/,
  );
});

it('decodes, converts, and knows its special tokens', () => {
  const { input_ids } = tokenizer('the vote?');
  expect(tokenizer.decode(input_ids)).toBe('[CLS] the vote? [SEP]');
  expect(tokenizer.decode(input_ids, { skipSpecialTokens: true })).toBe('the vote?');
  expect(tokenizer.batchDecode([input_ids, []], { skipSpecialTokens: true })).toEqual(['the vote?', '']);
  expect(tokenizer.convertIdsToTokens(tokenizer('the').input_ids)).toEqual(['[CLS]', 'the', '[SEP]']);
  expect(tokenizer.convertTokensToIds('nosuchtoken')).toBe(tokenizer.unkTokenId);
  expect([
    tokenizer.padTokenId,
    tokenizer.unkTokenId,
    tokenizer.clsTokenId,
    tokenizer.sepTokenId,
    tokenizer.maskTokenId,
  ]).toEqual([0, 1, 2, 3, 4]);
  expect([tokenizer.vocabSize, tokenizer.modelMaxLength]).toEqual([236, 96]);
});

it('imports no tensor, so that a worker that only tokenizes stays light', async () => {
  const seen = new Set<string>();
  const visit = async (file: URL): Promise<void> => {
    if (seen.has(file.href)) return;
    seen.add(file.href);
    for (const [, specifier] of (await readFile(file, 'utf8')).matchAll(
      /^(?:import|export) (?!type )[^;']*from '([^']+)'/gm,
    )) {
      expect(specifier, `${file.pathname}`).not.toBe('@attune/tensor');
      if (specifier!.startsWith('.')) await visit(new URL(specifier!, file));
    }
  };
  await visit(new URL('./index.ts', import.meta.url));
  expect(seen.size).toBeGreaterThan(8);
});
