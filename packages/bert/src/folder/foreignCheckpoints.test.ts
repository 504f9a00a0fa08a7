import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AutoModel, AutoModelForSequenceClassification, CheckpointError } from '../index.ts';

/**
 * What transformers makes of a folder: names in alphabetical order, norms of the weights it found.
 */
interface Kind {
  /** Whether it was loaded without a head. */
  readonly base: boolean;
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly norms: readonly number[];
}

const folder = fileURLToPath(new URL('../../golden/checkpoints/', import.meta.url));
const kinds = JSON.parse(readFileSync(`${folder}checkpoints.json`, 'utf8')) as Record<string, Kind>;

/** Our report has the names of the file, that of transformers today's. */
const todaysName = (name: string) => name.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias');

/** Of the language model's head, the copies of what it shares with others: not worth a word. */
const isCopy = (name: string) => name.startsWith('cls.predictions.decoder.');

const refused: Readonly<Record<string, RegExp>> = {
  'data-parallel': /lacks weights of BertForSequenceClassification: .*It has: module\.bert\./,
  int8: /it is I8/,
  float8: /it is F8_E4M3/,
  'layer-missing': /lacks weights of .*bert\.encoder\.layer\.1\..*config\.json asks for more layers/,
  'vocabulary-grown': /word_embeddings\.weight: checkpoint \[7, 4\], model \[9, 4\]/,
};

// Written by torch and transformers: golden/make_checkpoints.py.
describe('checkpoints of Python', () => {
  it('are all looked at', () => {
    const folders = readdirSync(folder).filter((name) => !name.endsWith('.json'));
    expect(folders.toSorted()).toEqual([...Object.keys(kinds), ...Object.keys(refused)].toSorted());
    expect(folders.length).toBeGreaterThanOrEqual(24);
  });

  it.each(Object.entries(kinds))('%s: the weights that transformers reads', async (name, kind) => {
    const loader = kind.base ? AutoModel : AutoModelForSequenceClassification;
    const model = await loader.fromPretrained(`${folder}${name}`, { silent: true });
    const { missing = [], unexpected, mismatched } = model.loadReport ?? {};
    expect([...missing].sort()).toEqual(kind.missing);
    expect(unexpected?.map(todaysName).sort()).toEqual(kind.unexpected.filter((one) => !isCopy(one)));
    expect(mismatched).toEqual([]);
    const weights = [...(await model.stateDict())].filter(([weight]) => !missing.includes(weight));
    weights.sort(([a], [b]) => (a < b ? -1 : 1));
    expect(weights).toHaveLength(kind.norms.length);
    for (const [index, [weight, { data }]] of weights.entries())
      expect(Math.hypot(...data), weight).toBeCloseTo(kind.norms[index] ?? NaN, 6);
    model.dispose();
  });

  it.each(Object.entries(refused))('%s: refused for what it is', async (name, message) => {
    const loaded = AutoModelForSequenceClassification.fromPretrained(`${folder}${name}`, { silent: true });
    await expect(loaded).rejects.toThrow(message);
    await expect(loaded).rejects.toThrow(CheckpointError);
  });

  it('a pooler and a head are drawn on top of an encoder, in this order', async () => {
    const model = await AutoModelForSequenceClassification.fromPretrained(`${folder}bare`, { silent: true });
    expect(model.loadReport?.missing).toEqual([
      'bert.pooler.dense.weight',
      'bert.pooler.dense.bias',
      'classifier.weight',
      'classifier.bias',
    ]);
    model.dispose();
  });
});
