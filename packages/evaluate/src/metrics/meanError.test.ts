import { expect, it } from 'vitest';
import { load, MetricOptionError } from '../index.ts';
import { expectClose, golden } from '../testing/golden.ts';

it('equals scikit-learn', async () => {
  const rows = { predictions: golden.x!, references: golden.y! };
  const mse = await load('mse');
  const mae = await load('mae', 'multilist');
  expectClose(mse.compute(rows).mse, golden.mse);
  expectClose(mse.compute({ ...rows, squared: false }).mse, golden.rmse);
  expectClose(mse.compute({ ...rows, sampleWeight: golden.w! }).mse, golden.mse_w);
  expectClose(mae.compute(rows).mae, golden.mae);
  const table = { predictions: { data: golden.x!, shape: [6, 2] }, references: { data: golden.y!, shape: [6, 2] } };
  expectClose(mse.compute({ ...table, multioutput: 'raw_values' }).mse, golden.mse_raw);
  expectClose(mae.compute({ ...table, multioutput: [0.3, 0.7] }).mae, golden.mae_w);
});

it('takes what a regression head gives: one column, in batches too', async () => {
  const mse = await load('mse');
  mse.addBatch({ predictions: { data: Float32Array.of(1, 2), shape: [2, 1] }, references: [1, 4] });
  mse.addBatch({ predictions: [[5]], references: Float32Array.of(5) });
  mse.addBatch({ predictions: [3], references: [[1]] });
  expect(mse.compute()).toEqual({ mse: 2 });
});

it.each([
  [{ multioutput: 'mean' }, "multioutput must be 'uniform_average', 'raw_values' or a list with one weight per column"],
  [{ multioutput: [1, 2] }, 'column weights; got [1,2]'],
  [{ multioutput: [0] }, 'whose sum is not 0'],
  [{ multioutput: [1, -1] }, 'whose sum is not 0'],
  [{ sampleWeight: [1, -1] }, 'mse: the sum of sampleWeight is 0'],
  [{ sampleWeight: [0, 0] }, 'sampleWeight is 0 for every row'],
  [{ squared: 0 }, 'squared must be true or false; got 0'],
])('refuses %j', async (options, message) => {
  const mse = await load('mse');
  const compute = () => mse.compute({ predictions: [1, 2], references: [1, 3], ...(options as object) });
  expect(compute).toThrow(MetricOptionError);
  expect(compute).toThrow(message);
});
