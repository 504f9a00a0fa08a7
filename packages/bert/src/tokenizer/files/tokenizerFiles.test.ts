import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ownMini, readOwnMini } from '../../testing/ownMini.ts';
import { AutoTokenizer, CheckpointError, tokenizerFromFiles, TokenizerError, type Tokenizer } from '../index.ts';

let golden: Awaited<ReturnType<typeof readOwnMini>>;
let tokenizer: Tokenizer;
let scratch: string;

beforeAll(async () => {
  golden = await readOwnMini();
  tokenizer = await AutoTokenizer.fromPretrained(ownMini);
  scratch = await mkdtemp(join(tmpdir(), 'attune-tokenizer-'));
});
afterAll(() => rm(scratch, { recursive: true }));

it('saves and loads again with the same fingerprint and encodings', async () => {
  await tokenizer.savePretrained(join(scratch, 'saved'));
  const again = await AutoTokenizer.fromPretrained(join(scratch, 'saved'));
  expect(again(golden.pairs[0]![0])).toEqual(tokenizer(golden.pairs[0]![0]));
  expect(again.fingerprint).toBe(tokenizer.fingerprint);
  expect(again.fingerprint).not.toBe((await AutoTokenizer.fromPretrained(ownMini, { modelMaxLength: 9 })).fingerprint);
});

it.each<[string, Record<string, unknown>, string]>([
  [
    'pre_tokenizer missing',
    { pre_tokenizer: undefined },
    'pre_tokenizer must be an object with a type, or null; got undefined',
  ],
  [
    'another pre_tokenizer',
    { pre_tokenizer: { type: 'Whatever' } },
    'It is damaged, or belongs to another kind of model than BERT',
  ],
  ['another normalizer', { normalizer: { type: 'Whatever' } }, 'tokenizer.json does not make a tokenizer: '],
  ['another decoder', { decoder: { type: 'Whatever' } }, 'Whatever'],
  ['a decoder without a type', { decoder: {} }, 'decoder must be an object with a type, or null; got an empty object'],
  [
    'added_tokens [null]',
    { added_tokens: [null] },
    'added_tokens[0] must be an object with an id and a content; got null',
  ],
  ['added_tokens no list', { added_tokens: 5 }, "no 'model' or no 'added_tokens'"],
  ['a model of nothing', { model: {} }, 'model.vocab must be an object of tokens and ids; got undefined'],
  [
    'an id that is none',
    { model: { type: 'WordPiece', vocab: { a: 1e300 } } },
    'the id of "a" must be a number; got 1e+300',
  ],
  [
    'a prefix that is none',
    { model: { type: 'WordPiece', vocab: {}, continuing_subword_prefix: {} } },
    'model.continuing_subword_prefix must be a string; got an empty object',
  ],
  ['no unknown token', { model: { type: 'WordPiece', vocab: { a: 0 }, unk_token: '[X]' } }, 'no unknown token'],
  [
    'a template of numbers',
    { post_processor: { type: 'TemplateProcessing', single: 5, pair: 5, special_tokens: {} } },
    'tokenizer.json does not make a tokenizer: the template',
  ],
  [
    'a template without ids',
    { post_processor: { type: 'TemplateProcessing', single: [{}], pair: [], special_tokens: {} } },
    'special token without ids',
  ],
  ['RoBERTa', { post_processor: { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0] } }, 'RobertaProc'],
])('names the file and what is wrong in it: %s', async (_, change, message) => {
  const folder = await mkdtemp(join(scratch, 'damaged-'));
  const whole = JSON.parse(await readFile(join(ownMini, 'tokenizer.json'), 'utf8')) as Record<string, unknown>;
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ ...whole, ...change }));
  const error: unknown = await AutoTokenizer.fromPretrained(folder).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(TokenizerError);
  expect(String(error)).toContain(`${folder}/tokenizer.json`);
  expect(String(error)).toMatch(message);
});

it.each<[Record<string, unknown>, string]>([
  [{ tokenizer_class: 0 }, 'tokenizer_config.json: tokenizer_class must be a string; got 0'],
  [{ model_input_names: [3] }, 'tokenizer_config.json: model_input_names must be a list of names; got an array of 1'],
  [{ padding_side: 'up' }, `padding_side must be 'left' or 'right'; got "up"`],
  [{ do_lower_case: 'no' }, 'do_lower_case must be true or false; got "no"'],
  [{ model_max_length: 'long' }, 'tokenizer_config.json: model_max_length must be a number; got "long"'],
])('names the field of tokenizer_config.json: %j', async (config, message) => {
  const vocabulary = await readFile(join(ownMini, 'vocab.txt'), 'utf8');
  await expect(tokenizerFromFiles({ vocabulary, config })).rejects.toThrow(message);
  await expect(tokenizerFromFiles({ vocabulary, config })).rejects.toThrow(TokenizerError);
});

it('says what is wrong with a call', async () => {
  const load = AutoTokenizer.fromPretrained as (...given: unknown[]) => Promise<unknown>;
  expect(() => new AutoTokenizer()).toThrow(/not made with new/);
  await expect(load()).rejects.toThrow(
    "nameOrFolder must be a hub name such as 'bert-base-uncased', or a folder: its path, an address, files (a Map of name to bytes, a list of Files) or a directory handle; got undefined",
  );
  await expect(load(ownMini, { modelMaxLength: 'long' })).rejects.toThrow(/modelMaxLength must be a whole number/);
  await expect(load(ownMini, { useFast: true })).rejects.toThrow(/no option useFast: there is one tokenizer/);
  await expect((tokenizerFromFiles as typeof load)()).rejects.toThrow(/takes its options as an object/);
  await expect(tokenizerFromFiles({})).rejects.toThrow(/neither tokenizerJson nor vocabulary/);
  await expect(tokenizer.savePretrained('')).rejects.toThrow(/folder must be a folder: its path, a Map/);
});

it('says what a folder lacks', async () => {
  await expect(AutoTokenizer.fromPretrained(scratch)).rejects.toThrow(CheckpointError);
  await expect(AutoTokenizer.fromPretrained(scratch)).rejects.toThrow(/neither tokenizer.json nor vocab.txt/);
});
