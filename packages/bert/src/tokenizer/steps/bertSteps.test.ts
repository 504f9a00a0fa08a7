import { expect, it } from 'vitest';
import own from '../../../golden/own-mini/tokenizer.json' with { type: 'json' };
import { bertSteps, isBert } from './bertSteps.ts';
import { librarySteps } from './librarySteps.ts';
import { readTokenizerJson, type TokenizerJson } from '../files/tokenizerJson.ts';

const json = readTokenizerJson(own, 'tokenizer.json');
const moreSpecial = ['the', '.'].map((content) => ({
  id: (json.model.vocab as Record<string, number>)[content] as number,
  content,
  special: true,
}));

/** Texts of pieces of the vocabulary and of what is in none. */
function texts(): string[] {
  const parts = [
    ...Object.keys(json.model.vocab).map((token) => token.replace('##', '')),
    'ß',
    '日',
    '😀',
    "n't",
    '.',
    ' ',
  ];
  let state = 1;
  const draw = () => (state = (state * 48271) % 0x7fffffff);
  const text = () =>
    Array.from({ length: 1 + (draw() % 12) }, () => parts[draw() % parts.length]).join(draw() % 2 ? '' : ' ');
  return ['', 'a'.repeat(100), 'a'.repeat(101), ...Array.from({ length: 500 }, text)];
}

it.each([
  ['as it stands', {}],
  ['without cleanup, with another prefix', { decoder: { type: 'WordPiece', prefix: '@', cleanup: false } }],
  ['with few characters a word', { model: { ...json.model, max_input_chars_per_word: 3 } }],
  ['with more special tokens', { added_tokens: [...json.added_tokens, ...moreSpecial] }],
])('gives what the library gives, %s', (_, changes: Partial<TokenizerJson>) => {
  const changed = { ...json, ...changes };
  expect(isBert(changed)).toBe(true);
  const [steps, library] = [bertSteps(changed), librarySteps(changed, {})];
  expect(steps.ids).toEqual(library.ids);
  expect([...steps.tokens]).toEqual([...library.tokens]);
  for (const text of texts()) {
    const pieces = steps.pieces(steps.words(steps.normalize(text)));
    expect(pieces).toEqual(library.pieces(library.words(library.normalize(text))));
    const ids = pieces.map((piece) => steps.ids.get(piece) ?? 0);
    if (ids.length === 0) continue;
    for (const skips of [true, false]) expect(steps.decode(ids, skips)).toBe(library.decode(ids, skips));
  }
});

// The library joins with spaces there.
it('joins by a prefix of no letters as tokenizers does, without spaces', () => {
  const { decode, ids } = bertSteps({ ...json, decoder: { type: 'WordPiece', prefix: '', cleanup: true } });
  const given = ['[CLS]', 'the', '##s', '.'].map((token) => ids.get(token) as number);
  expect(decode(given, false)).toBe('[CLS]the##s.');
});

it('takes a model without a type by its fields, as files of old have it', () => {
  const model = { ...own.model, type: undefined };
  expect(isBert(readTokenizerJson({ ...own, model }, 'tokenizer.json'))).toBe(true);
  expect(isBert(readTokenizerJson({ ...own, model: { ...model, merges: [] } }, 'tokenizer.json'))).toBe(false);
});

it('takes only what is BERT from end to end', () => {
  for (const changes of [
    { normalizer: { type: 'Lowercase' } },
    { pre_tokenizer: null },
    { decoder: null },
    { model: { ...json.model, type: 'BPE' } },
    { model: { ...json.model, fuse_unk: true } },
  ])
    expect(isBert({ ...json, ...changes })).toBe(false);
});
