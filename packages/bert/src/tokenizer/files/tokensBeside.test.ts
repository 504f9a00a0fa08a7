import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownMini } from '../../testing/ownMini.ts';
import { AutoTokenizer, tokenizerFromFiles, type Tokenizer } from '../index.ts';

let tokenizer: Tokenizer;
let scratch: string;

beforeAll(async () => {
  tokenizer = await AutoTokenizer.fromPretrained(ownMini);
  scratch = await mkdtemp(join(tmpdir(), 'attune-tokenizer-'));
});
afterAll(() => rm(scratch, { recursive: true }));

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
