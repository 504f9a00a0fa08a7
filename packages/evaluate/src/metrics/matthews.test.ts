import { expect, it } from 'vitest';
import { load, MetricOptionError } from '../index.ts';
import { expectClose, golden } from '../testing/golden.ts';

it('equals scikit-learn', async () => {
  const metric = await load('matthews_correlation');
  const rows = { predictions: golden.P!, references: golden.R! };
  expectClose(metric.compute(rows).matthews_correlation, golden.mcc);
  expectClose(metric.compute({ ...rows, sampleWeight: golden.W! }).matthews_correlation, golden.mcc_W);
  expectClose(metric.compute({ predictions: [0, 1, 2, 2], references: [0, 1, 1, 2] }).matthews_correlation, 0.7);
  const multilabel = await load('matthews_correlation', 'multilabel');
  expectClose(
    multilabel.compute({ predictions: golden.A!, references: golden.B!, average: null }).matthews_correlation,
    golden.ml_mcc,
  );
});

it('is 0 where a side is constant, and 1 or -1 where it is perfect', async () => {
  const metric = await load('matthews_correlation');
  const score = (predictions: number[]) => metric.compute({ predictions, references: [0, 1, 1] }).matthews_correlation;
  expect([score([1, 1, 1]), score([0, 1, 1]), score([1, 0, 0])]).toEqual([0, 1, -1]);
});

it.each([
  ['default', { average: 'macro' }, "load('matthews_correlation', 'multilabel')"],
  ['default', { sampleWeight: [0, 0] }, 'sampleWeight is 0 for every row'],
  ['multilabel', {}, "set average to 'macro', or to null"],
  ['multilabel', { average: 'micro' }, 'average must be one of \'macro\', or null; got "micro"'],
] as const)('%s refuses %j', async (configuration, options, message) => {
  const metric = await load('matthews_correlation', configuration);
  const values = configuration === 'default' ? [0, 1] : [[0], [1]];
  const compute = () =>
    metric.compute({ predictions: values as number[], references: values as number[], ...(options as object) });
  expect(compute).toThrow(MetricOptionError);
  expect(compute).toThrow(message);
});
