import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownMini, readOwnMini } from '../testing/ownMini.ts';
import { AutoTokenizer, tokenizerFromFiles, TokenizerError, type Tokenizer } from './index.ts';

let golden: Awaited<ReturnType<typeof readOwnMini>>;
let tokenizer: Tokenizer;
let scratch: string;

beforeAll(async () => {
  golden = await readOwnMini();
  tokenizer = await AutoTokenizer.fromPretrained(ownMini);
  scratch = await mkdtemp(join(tmpdir(), 'attune-tokenizer-'));
});
afterAll(() => rm(scratch, { recursive: true }));

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

it('knows the tokens that were added to a vocab.txt', async () => {
  const vocabulary = await readFile(join(ownMini, 'vocab.txt'), 'utf8');
  const text = 'the NewTok vote newtok whole wholes Whole';
  // Ids of transformers 5.24 for the same folders.
  const listed = { 236: { content: 'NewTok' }, 237: { content: 'Whole', single_word: true } };
  const now = await tokenizerFromFiles({ vocabulary, config: { added_tokens_decoder: listed } });
  expect(now(text).input_ids).toEqual([2, 87, 236, 95, 236, 237, 40, 157, 205, 182, 228, 237, 3]);
  const old = await tokenizerFromFiles({ vocabulary, addedTokens: { NewTok: 236, Whole: 237 } });
  expect(old(text).input_ids).toEqual([2, 87, 236, 95, 236, 237, 237, 36, 237, 3]);
  expect(old.vocabSize).toBe(238);
  await expect(tokenizerFromFiles({ vocabulary, addedTokens: { NewTok: 'x' } })).rejects.toThrow(
    /added_tokens.json, must hold tokens with a content and an id; got an object with content, id/,
  );
  await expect(tokenizerFromFiles({ vocabulary, config: { added_tokens_decoder: { 236: null } } })).rejects.toThrow(
    /must hold tokens with a content and an id; got null/,
  );
});

it('knows the special tokens that only tokenizer_config.json names', async () => {
  const vocabulary = await readFile(join(ownMini, 'vocab.txt'), 'utf8');
  const tokenizerJson = JSON.parse(await readFile(join(ownMini, 'tokenizer.json'), 'utf8')) as Record<string, unknown>;
  // Ids as transformers 5.24 gives them: the vocabulary's own, or the next.
  for (const files of [{ vocabulary }, { tokenizerJson }]) {
    const config = { additional_special_tokens: ['[E1]', { content: '[E2]', lstrip: true }, 'vote'] };
    const made = await tokenizerFromFiles({ ...files, config });
    expect(made('the [E1] [E2] vote').input_ids).toEqual([2, 87, 236, 237, tokenizer.convertTokensToIds('vote'), 3]);
    expect(made.allSpecialIds).toEqual([0, 1, 2, 3, 4, tokenizer.convertTokensToIds('vote'), 236, 237]);
    expect(made.vocabSize).toBe(238);
    expect(made.decode([87, 236], { skipSpecialTokens: true })).toBe('the');
    const named = await tokenizerFromFiles({ ...files, config: { extra_special_tokens: { e1_token: '[E1]' } } });
    expect(named('[E1]').input_ids).toEqual([2, 236, 3]);
    await expect(tokenizerFromFiles({ ...files, config: { additional_special_tokens: [5] } })).rejects.toThrow(
      /extra_special_tokens \(or additional_special_tokens\) must hold tokens; got 5/,
    );
    await expect(tokenizerFromFiles({ ...files, config: { extra_special_tokens: 'x' } })).rejects.toThrow(
      /additional_special_tokens\) must be a list of tokens; got "x"/,
    );
  }
});

it('takes the special tokens of a vocab.txt by the names that its folder gives them', async () => {
  const lines = ['<pad>', '<unk>', '<s>', '</s>', 'the', 'vote'];
  const names = { pad_token: '<pad>', unk_token: '<unk>', cls_token: '<s>', sep_token: { content: '</s>' } };
  const folder = new Map([
    ['vocab.txt', lines.join('\n')],
    ['special_tokens_map.json', JSON.stringify({ ...names, additional_special_tokens: ['[E1]'] })],
  ]);
  const made = await tokenizerFromFiles({ vocabulary: lines.join('\n'), config: names });
  expect(made('the <pad> vote [CLS]').input_ids).toEqual([2, 4, 0, 5, 1, 1, 1, 3]);
  expect([made.clsToken, made.sepTokenId, made.unkTokenId, made.padTokenId]).toEqual(['<s>', 3, 1, 0]);
  // transformers 5.24 gives the mask that the vocabulary lacks the next id.
  expect(made.allSpecialIds).toEqual([0, 1, 2, 3, 6]);
  const path = join(scratch, 'named');
  await mkdir(path, { recursive: true });
  for (const [name, content] of folder) await writeFile(join(path, name), content);
  expect((await AutoTokenizer.fromPretrained(path))('the [E1] [MASK]').input_ids).toEqual([2, 4, 7, 6, 3]);
  await expect(tokenizerFromFiles({ vocabulary: lines.join('\n') })).rejects.toThrow(/vocab.txt has no \[PAD\]/);
});

it('reads the files of older folders next to tokenizer.json or vocab.txt', async () => {
  const mask = { content: '[MASK]', lstrip: true, rstrip: false, normalized: false, single_word: false };
  const folder = new Map([
    ['vocab.txt', await readFile(join(ownMini, 'vocab.txt'), 'utf8')],
    ['special_tokens_map.json', JSON.stringify({ mask_token: mask, sep_token: '[CLS]', pad_token: '<pad2>' })],
    ['added_tokens.json', JSON.stringify({ '<ent>': 236 })],
    ['tokenizer_config.json', JSON.stringify({ pad_token: '[PAD]', sep_token: '[SEP]' })],
  ]);
  const load = async (more: Record<string, string> = {}) => {
    const made = await AutoTokenizer.fromPretrained(new Map([...folder, ...Object.entries(more)]));
    const again = await AutoTokenizer.fromPretrained(made.files());
    expect([again('the [MASK] <ent>'), again.fingerprint]).toEqual([made('the [MASK] <ent>'), made.fingerprint]);
    return [
      made('the  [MASK] <ent> <x>').input_ids,
      made(['the', 'the <ent> vote'], { padding: true }).input_ids,
      [made.padTokenId, made.vocabSize, ...made.allSpecialIds],
      made.decode(made('the <ent> [MASK]').input_ids, { skipSpecialTokens: true }),
    ];
  };
  // All of transformers 5.24.
  const older = [
    [2, 87, 4, 236, 1, 41, 1, 2],
    [
      [2, 87, 2, 237, 237],
      [2, 87, 236, 95, 2],
    ],
    [237, 238, 1, 2, 4, 237],
    'the <ent>',
  ];
  const tokenizerJson = await readFile(join(ownMini, 'tokenizer.json'), 'utf8');
  expect(await load()).toEqual(older);
  expect(await load({ 'tokenizer.json': tokenizerJson })).toEqual(older);
  const added = { 236: { ...mask, content: '<x>', lstrip: false, special: true } };
  // They are of no use where tokens are listed by id.
  const listed = {
    'tokenizer.json': tokenizerJson,
    'tokenizer_config.json': JSON.stringify({ added_tokens_decoder: added }),
  };
  expect(await load(listed)).toEqual([
    [2, 87, 4, 1, 24, 204, 1, 236, 3],
    [
      [2, 87, 3, 0, 0, 0, 0, 0],
      [2, 87, 1, 24, 204, 1, 95, 3],
    ],
    [0, 237, 0, 1, 2, 3, 4],
    'the ent',
  ]);
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
])('says what to do instead of %s', (name, message) => {
  expect(() => tokenizer('a', { [name]: true } as never)).toThrow(message);
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
