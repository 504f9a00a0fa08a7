import { describe, expect, it } from 'vitest';
import { load, MetricInputError, MetricOptionError } from '../index.ts';
import { expectClose, golden } from '../testing/golden.ts';

const names = ['f1', 'precision', 'recall'] as const;

it.each(names)('%s equals scikit-learn for every average', async (name) => {
  const metric = await load(name);
  const rows = { predictions: golden.P!, references: golden.R! };
  for (const average of ['micro', 'macro', 'weighted', null] as const) {
    const score = (options: object): unknown =>
      Object.values(metric.compute({ ...rows, average, ...options } as never))[0];
    const wanted = (suffix: string): unknown => golden[`${name}_${average === null ? 'None' : average}${suffix}`];
    expectClose(score({}), wanted(''));
    expectClose(score({ sampleWeight: golden.W }), wanted('_W'));
    expectClose(score({ labels: [3, 1, 7] }), wanted('_labels'));
    expectClose(score({ labels: [3, 1, 7], zeroDivision: 1 }), wanted('_zero1'));
    const withNaN = score({ labels: [3, 1, 7], zeroDivision: NaN });
    expectClose(Array.isArray(withNaN) ? withNaN : [withNaN], wanted('_zeronan'));
  }
});

it('scores a class that is named twice twice, as scikit-learn does', async () => {
  const f1 = await load('f1');
  const rows = { predictions: [0, 1, 2, 2], references: [0, 1, 1, 2] };
  expectClose(f1.compute({ ...rows, labels: [1, 1], average: null }).f1, [2 / 3, 2 / 3]);
  for (const average of ['macro', 'micro', 'weighted'] as const)
    expectClose(f1.compute({ ...rows, labels: [1, 1], average }).f1, 2 / 3);
  expectClose(f1.compute({ ...rows, labels: [7, 8], average: 'macro' }).f1, 0);
});

it('counts several labels per row', async () => {
  const f1 = await load('f1', 'multilabel');
  for (const average of ['micro', 'macro', 'weighted', 'samples', null] as const) {
    expectClose(
      f1.compute({ predictions: golden.A!, references: golden.B!, average: average as 'micro' }).f1,
      golden[`ml_${average === null ? 'None' : average}`],
    );
  }
  expect(() => f1.compute({ predictions: [[0.2, 0.9]], references: [[0, 1]], average: 'micro' })).toThrow(
    /only 0 and 1/,
  );
  expect(() => f1.compute({ predictions: [0, 1], references: [0, 1], average: 'micro' })).toThrow(MetricInputError);
});

it('scores a row that weighs nothing as one without labels', async () => {
  const f1 = await load('f1', 'multilabel');
  const rows = { predictions: [[1], [0]], references: [[0], [0]], sampleWeight: [0, 1] };
  expect(f1.compute({ ...rows, average: 'samples', zeroDivision: NaN }).f1).toBeNaN();
});

it('takes a single column of labels as one label, yes or no', async () => {
  const f1 = await load('f1', 'multilabel');
  const rows = { predictions: [[1], [1], [0]], references: [[1], [0], [1]] };
  expect(f1.compute({ ...rows, average: null })).toEqual({ f1: [0.5] });
  expect(f1.compute({ ...rows, average: 'macro' })).toEqual({ f1: 0.5 });
});

describe('two classes', () => {
  it('give the score of posLabel', async () => {
    const f1 = await load('f1');
    expectClose(f1.compute({ predictions: [0, 1, 0], references: [0, 1, 1], posLabel: 0 }).f1, 2 / 3);
  });

  it.each([
    [
      { predictions: [0, 1, 2], references: [0, 1, 1] },
      "3 classes (0, 1, 2) but average is 'binary'. Choose 'micro', 'macro'",
    ],
    [{ predictions: [0, 1, 0], references: [0, 1, 1], posLabel: 4 }, /posLabel 4 does not occur/],
  ])('are two: %j', async (input, message) => {
    const f1 = await load('f1');
    expect(() => f1.compute(input)).toThrow(message);
  });
});

it.each([
  [
    { average: 'mean' },
    "average must be one of 'binary', 'micro', 'macro', 'weighted', 'samples', or null; got \"mean\"",
  ],
  [{ average: 'samples' }, "load('f1', 'multilabel')"],
  [{ averge: 'macro' }, 'f1.compute has no option averge; did you mean average?'],
  [{ labels: [] }, 'labels is empty'],
  [{ labels: ['a'] }, 'labels must be an array of class numbers; got an array whose element 0 is "a"'],
  [{ labels: 1 }, 'labels must be an array of class numbers; got 1'],
  [{ posLabel: 'yes' }, 'posLabel must be a class number; got "yes"'],
  [{ zeroDivision: 'warn' }, 'zeroDivision must be 0, 1 or NaN; got "warn"'],
  [{ average: 'micro', sampleWeight: [0, 0] }, 'sampleWeight is 0 for every row'],
])('refuses %j', async (options, message) => {
  const f1 = await load('f1');
  const compute = () => f1.compute({ predictions: [0, 1], references: [0, 1], ...(options as object) });
  expect(compute).toThrow(MetricOptionError);
  expect(compute).toThrow(message);
});

it.each([
  [{}, "average 'binary' needs one label per row"],
  [{ average: 'macro', labels: [2] }, 'label 2 is not a column; there are 2'],
])('refuses %j for several labels per row', async (options, message) => {
  const f1 = await load('f1', 'multilabel');
  const compute = () => f1.compute({ predictions: [[0, 1]], references: [[0, 1]], ...(options as object) });
  expect(compute).toThrow(MetricOptionError);
  expect(compute).toThrow(message);
});
