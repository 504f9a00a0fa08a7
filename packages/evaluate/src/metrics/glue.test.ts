import { expect, it } from 'vitest';
import { load, UnknownMetricError } from '../index.ts';
import { expectClose } from '../testing/golden.ts';

it('gives accuracy and f1 for mrpc and qqp', async () => {
  for (const subset of ['mrpc', 'qqp'] as const) {
    const metric = await load('glue', subset);
    expect(metric.compute({ predictions: [0, 1, 1, 0], references: [0, 1, 0, 1] })).toEqual({ accuracy: 0.5, f1: 0.5 });
    expect(metric.compute({ predictions: [0, 0], references: [0, 0] })).toEqual({ accuracy: 1, f1: 0 });
  }
});

it('gives matthews_correlation for cola', async () => {
  const cola = await load('glue', 'cola');
  const { matthews_correlation } = cola.compute({ predictions: [0, 0, 1, 1], references: [0, 1, 1, 1] });
  expectClose(matthews_correlation, 1 / Math.sqrt(3));
  expect(cola.compute({ predictions: [1, 1], references: [0, 1] })).toEqual({ matthews_correlation: 0 });
});

it('gives both correlations for stsb', async () => {
  const stsb = await load('glue', 'stsb');
  const result = stsb.compute({
    predictions: { data: Float32Array.of(1, 2, 3, 2), shape: [4, 1] },
    references: [1, 2.5, 3, 1],
  });
  expect(result.pearson).toBeCloseTo(0.792118, 6);
  expect(result.spearmanr).toBeCloseTo(0.833333, 6);
  // A model that answers one thing always.
  expect(stsb.compute({ predictions: [0.1, 0.1, 0.1], references: [1, 2, 3] })).toEqual({
    pearson: NaN,
    spearmanr: NaN,
  });
});

it('gives accuracy for the rest', async () => {
  for (const subset of ['sst2', 'mnli', 'mnli_matched', 'mnli_mismatched', 'qnli', 'rte', 'wnli', 'hans'] as const) {
    const metric = await load('glue', subset);
    expect(metric.compute({ predictions: [2, 1], references: [2, 0] })).toEqual({ accuracy: 0.5 });
  }
});

it('names the subsets when asked for another', async () => {
  await expect(load('glue', 'mprc' as 'mrpc')).rejects.toThrow(/'mprc'.*mrpc, qqp/);
  await expect(load('glue', 'MRPC' as 'mrpc')).rejects.toThrow('did you mean mrpc?');
  await expect(load('glue')).rejects.toThrow("load('glue') needs the name of a subset");
  await expect(load('glue')).rejects.toThrow(UnknownMetricError);
});

it('says that a test split has no labels', async () => {
  const metric = await load('glue', 'mrpc');
  expect(() => metric.compute({ predictions: [0, 1], references: [-1, -1] })).toThrow(/has no labels/);
});
