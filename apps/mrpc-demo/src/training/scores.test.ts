import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '@attune/platform';
import { describe, expect, it } from 'vitest';
import { saveSomewhere } from './saveModel.ts';
import { comparedWithBaselines, metricsInWords } from './scores.ts';

const scores = (name: string, metrics: Record<string, number>) => ({ name, metrics });

describe('scores', () => {
  it('are written as a sentence', () => {
    expect(metricsInWords({ accuracy: 0.8604, f1: 0.9 })).toBe('accuracy 86.0%, F1 90.0%');
    expect(metricsInWords({ rmse: 0.5 })).toBe('RMSE 0.5000');
  });

  it('are compared with baselines that need no model', () => {
    const baselines = [scores('most frequent label', { accuracy: 0.5 }), scores('bag of words', { accuracy: 0.7 })];
    expect(comparedWithBaselines(scores('', { accuracy: 0.86, f1: 0 }), baselines)).toBe(
      'That is 36.0 points above most frequent label and 16.0 points above bag of words.',
    );
    expect(comparedWithBaselines(scores('', { accuracy: 0.5 }), baselines)).toBe(
      'That is no better than most frequent label and bag of words: train longer, or on more examples.',
    );
    expect(comparedWithBaselines(scores('', { rmse: 0.5 }), [scores('mean score', { rmse: 0.75 })])).toBe(
      'That is 0.2500 below mean score.',
    );
  });
});

describe('saving', () => {
  it('goes to a folder next to the requested one if that cannot be written, and says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'attune-demo-'));
    const output = join(folder, 'out');
    writeFileSync(output, '');
    const said: string[] = [];
    expect(await saveSomewhere(output, makeFolder, (line) => said.push(line))).toBe(`${output}-rescued`);
    expect(readdirSync(folder)).toEqual(['out', 'out-rescued']);
    expect(said[0]).toMatch(/out failed \(EEXIST.*\)\. The model is in .*out-rescued instead\./);
    rmSync(folder, { recursive: true });
    await expect(
      saveSomewhere(
        'x',
        () => Promise.reject(new Error('full')),
        () => {},
      ),
    ).rejects.toThrow('full');
  });
});
