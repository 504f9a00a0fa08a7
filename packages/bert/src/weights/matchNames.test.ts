import { describe, expect, it } from 'vitest';
import { loadReportMessage } from './loadReport.ts';
import { matchNames } from './matchNames.ts';

describe('matchNames', () => {
  const model = ['bert.embeddings.LayerNorm.weight', 'bert.embeddings.LayerNorm.bias', 'classifier.weight'];

  it('separates found, missing and unexpected names, and ignores what no model needs', () => {
    const names = [
      'bert.embeddings.LayerNorm.weight',
      'bert.embeddings.LayerNorm.bias',
      'cls.predictions.bias',
      'bert.embeddings.position_ids',
      'cls.predictions.decoder.weight',
    ];
    expect(matchNames(model, names, 'bert.')).toMatchObject({
      missing: ['classifier.weight'],
      unexpected: ['cls.predictions.bias'],
      renamed: [],
    });
  });

  it('knows gamma and beta, inside LayerNorm only', () => {
    const match = matchNames(
      model,
      ['bert.embeddings.LayerNorm.gamma', 'bert.embeddings.LayerNorm.beta', 'classifier.gamma'],
      'bert.',
    );
    expect(match.found.get('bert.embeddings.LayerNorm.bias')).toBe('bert.embeddings.LayerNorm.beta');
    expect(match.renamed).toHaveLength(2);
    expect(match.unexpected).toEqual(['classifier.gamma']);
  });

  it('puts the base prefix in front, or takes it away', () => {
    expect(matchNames(model, ['embeddings.LayerNorm.weight', 'embeddings.LayerNorm.bias'], 'bert.').missing).toEqual([
      'classifier.weight',
    ]);
    const base = matchNames(
      ['embeddings.LayerNorm.weight'],
      ['bert.embeddings.LayerNorm.weight', 'classifier.weight'],
      '',
    );
    expect(base.missing).toEqual([]);
    expect(base.unexpected).toEqual(['classifier.weight']);
  });
});

describe('loadReportMessage', () => {
  const report = {
    model: 'BertForSequenceClassification',
    source: 'x',
    missing: [],
    unexpected: [],
    mismatched: [],
    renamed: [],
    seed: 42,
  };

  it('says nothing when there is nothing to say', () => {
    expect(loadReportMessage(report)).toBeUndefined();
  });

  it('lists what is new, unused and mismatched', () => {
    const message = loadReportMessage({
      ...report,
      missing: ['classifier.bias'],
      unexpected: ['cls.predictions.bias'],
      mismatched: [{ name: 'classifier.weight', checkpoint: [3, 32], model: [2, 32] }],
    });
    expect(message).toMatch(/BertForSequenceClassification LOAD REPORT from: x/);
    expect(message).toMatch(/classifier.bias\s+\| MISSING/);
    expect(message).toMatch(/cls.predictions.bias\s+\| UNEXPECTED/);
    expect(message).toMatch(/checkpoint \[3, 32\], model \[2, 32\]/);
    expect(message).toMatch(/newly drawn with seed 42/);
  });
});
