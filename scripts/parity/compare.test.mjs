import { describe, expect, it } from 'vitest';
import { pairedBootstrap, report, scores, summary } from './compare.mjs';

describe('comparing runs', () => {
  it('computes accuracy and F1', () => {
    expect(scores('1100', '1010')).toEqual({ accuracy: 0.5, f1: 0.5 });
    expect(scores('00', '00')).toEqual({ accuracy: 1, f1: 0 });
  });

  it('computes the mean and spread of a sample', () => {
    expect(summary([1, 3])).toEqual({ mean: 2, spread: Math.SQRT2 });
  });

  it('draws rows: none for equal sides, the same at every call, wide for one row', () => {
    const same = pairedBootstrap(['1100'], ['1100'], '1010', { draws: 100 });
    expect(same.accuracy).toEqual({ difference: 0, interval: [0, 0] });
    const one = pairedBootstrap(['1010'], ['1110'], '1010', { draws: 1000 });
    expect(one.accuracy.difference).toBe(0.25);
    expect(one.accuracy.interval[0]).toBe(0);
    expect(one.accuracy.interval[1]).toBeGreaterThanOrEqual(0.5);
    expect(pairedBootstrap(['1010'], ['1110'], '1010', { draws: 1000 })).toEqual(one);
  });

  it('writes the table', () => {
    const run = (seed, labels) => ({ seed, seconds: 2, epochs: [{ ...scores(labels, '1010'), labels }] });
    const text = report([run(1, '1010'), run(2, '1110')], [run(1, '1110'), run(2, '1110')], '1010');
    expect(text).toMatch(/\| Attune \| \*\*mean\*\* \| 0\.875 \/ 0\.900 \| 2 s \|/);
    expect(text).toMatch(/over 4 rows: accuracy 0\.1250/);
    expect(() => report([run(1, '1010')], [run(2, '1010')], '1010')).toThrow(/Seeds differ: 1 and 2/);
  });
});
