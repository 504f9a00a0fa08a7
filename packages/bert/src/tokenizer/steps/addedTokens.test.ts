import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import golden from '../../../golden/own_added.json' with { type: 'json' };
import { tokenizerFromFiles } from '../index.ts';

const file = new URL('../../../golden/own-mini/tokenizer.json', import.meta.url);

// Ids of the Rust tokenizers: added tokens of every kind, and characters newer than their tables.
describe.each(golden.setups)('added tokens, lowercase $normalizer.lowercase', ({ normalizer, added_tokens, ids }) => {
  it('are found where the Rust tokenizers find them', async () => {
    const json = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const tokenizer = await tokenizerFromFiles({ tokenizerJson: { ...json, normalizer, added_tokens } });
    expect(tokenizer(golden.texts, null, { addSpecialTokens: false }).input_ids).toEqual(ids);
    for (const { content, id } of added_tokens) expect(tokenizer.convertTokensToIds(content)).toBe(id);
  });
});
