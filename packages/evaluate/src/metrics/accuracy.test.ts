import { expect, it } from 'vitest';
import { load, MetricOptionError } from '../index.ts';
import { expectClose, golden } from '../testing/golden.ts';

const rows = { predictions: golden.P!, references: golden.R! };

it('equals scikit-learn', async () => {
  expectClose((await load('accuracy')).compute({ ...rows, sampleWeight: golden.W! }).accuracy, golden.acc_W);
  const multilabel = await load('accuracy', 'multilabel');
  expectClose(multilabel.compute({ predictions: golden.A!, references: golden.B! }).accuracy, golden.ml_acc);
});

it('counts right rows', async () => {
  const metric = await load('accuracy');
  expect(metric.compute({ predictions: [1, 1], references: [1, 1], normalize: false })).toEqual({ accuracy: 2 });
  expect(metric.compute({ predictions: [1, 0], references: [1, 1], normalize: false, sampleWeight: [2.5, 1] })).toEqual(
    { accuracy: 2.5 },
  );
});

it.each([
  [{ sampleWeight: [1, 2] }, '2 values for 3 rows'],
  [{ sampleWeight: [0, 0, 0] }, 'sampleWeight is 0 for every row'],
  [{ sampleWeight: [1, 1, -2] }, 'accuracy: the sum of sampleWeight is 0'],
  [{ sampleWeight: [1, NaN, 1] }, 'a list whose element 1 is NaN'],
  [{ sampleWeight: 'balanced' }, 'sampleWeight must be a list of finite numbers, one per row; got "balanced"'],
  [{ normalize: 'true' }, 'normalize must be true or false; got "true"'],
  [{ sample_weight: [1, 1, 1] }, 'accuracy.compute has no option sample_weight; did you mean sampleWeight?'],
])('refuses %j', async (options, message) => {
  const metric = await load('accuracy');
  const compute = () => metric.compute({ predictions: [0, 1, 1], references: [0, 1, 0], ...(options as object) });
  expect(compute).toThrow(MetricOptionError);
  expect(compute).toThrow(message);
});

it('takes weights in a typed array', async () => {
  const metric = await load('accuracy');
  const sampleWeight = Float32Array.of(3, 1);
  expect(metric.compute({ predictions: [0, 1], references: [0, 0], sampleWeight })).toEqual({ accuracy: 0.75 });
});
