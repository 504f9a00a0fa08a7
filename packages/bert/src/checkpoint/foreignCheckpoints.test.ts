import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AutoModel, AutoModelForSequenceClassification } from '../index.ts';

const folder = fileURLToPath(new URL('../../golden/checkpoints/', import.meta.url));
const norms = JSON.parse(await readFile(`${folder}norms.json`, 'utf8')) as Record<string, number[]>;

// Written by torch and transformers (golden/make_checkpoints.py), with the norms that transformers
// reads of them, by the names of the weights.
describe('checkpoints of Python', () => {
  it.each(Object.keys(norms))('%s: the weights that transformers reads', async (name) => {
    const isBare = name === 'bare';
    const loader = isBare ? AutoModel : AutoModelForSequenceClassification;
    const model = await loader.fromPretrained(`${folder}${name}`, { silent: true });
    const missing = isBare ? ['pooler.dense.weight', 'pooler.dense.bias'] : [];
    expect(model.loadReport).toMatchObject({ missing, unexpected: [], mismatched: [] });
    const weights = [...(await model.stateDict())].filter(([weight]) => !missing.includes(weight));
    weights.sort(([a], [b]) => (a < b ? -1 : 1));
    expect(weights).toHaveLength(norms[name]?.length ?? NaN);
    for (const [index, [weight, { data }]] of weights.entries())
      expect(Math.hypot(...data), weight).toBeCloseTo(norms[name]?.[index] ?? NaN, 6);
    model.dispose();
  });

  it('bare: a head and a pooler are drawn on top', async () => {
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
