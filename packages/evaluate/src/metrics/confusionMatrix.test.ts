import { expect, it } from 'vitest';
import { load, MetricOptionError } from '../index.ts';
import { expectClose, golden } from '../testing/golden.ts';

it('equals scikit-learn', async () => {
  const metric = await load('confusion_matrix');
  for (const normalize of [undefined, 'true', 'pred', 'all'] as const) {
    const result = metric.compute({ predictions: golden.P!, references: golden.R!, normalize });
    expectClose(result.confusion_matrix, golden[`cm_${normalize ?? 'None'}`]);
  }
});

it('has a row for each label, in their order', async () => {
  const metric = await load('confusion_matrix');
  const rows = { predictions: [0, 1, 2, 2], references: [0, 1, 1, 2] };
  expect(metric.compute({ ...rows, labels: [2, 1, 9] }).confusion_matrix).toEqual([
    [1, 0, 0],
    [1, 1, 0],
    [0, 0, 0],
  ]);
});

it.each([
  [{ labels: [1, 1] }, 'labels names class 1 twice'],
  [{ labels: [7, 8] }, 'none of the labels occurs in the references'],
  [{ labels: [] }, 'none of the labels occurs'],
  [{ normalize: true }, "normalize must be one of 'true', 'pred', 'all'; got true"],
  [{ sampleWeight: [0, 0] }, 'sampleWeight is 0 for every row'],
])('refuses %j', async (options, message) => {
  const metric = await load('confusion_matrix');
  const compute = () => metric.compute({ predictions: [0, 1], references: [0, 1], ...(options as object) });
  expect(compute).toThrow(MetricOptionError);
  expect(compute).toThrow(message);
});
