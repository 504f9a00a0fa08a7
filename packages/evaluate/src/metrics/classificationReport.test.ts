import { expect, it } from 'vitest';
import { load, MetricOptionError } from '../index.ts';
import { expectClose } from '../testing/golden.ts';

const rows = { predictions: [0, 0, 2, 2, 1, 0, 1], references: [0, 1, 2, 2, 2, 0, 1] };
const several = {
  predictions: [
    [1, 0, 0],
    [0, 1, 1],
    [1, 0, 0],
  ],
  references: [
    [1, 0, 1],
    [0, 1, 0],
    [1, 1, 0],
  ],
};

/** The rows of a report, each as [name, precision, recall, f1-score, support]. */
const table = (report: object) =>
  Object.entries(report).map(([name, row]) =>
    typeof row === 'number' ? [name, row] : [name, ...Object.values(row as object)],
  );

// sklearn.metrics.classification_report(…, output_dict=True) of scikit-learn 1.9.
it.each([
  [
    {},
    [
      ['0', 2 / 3, 1, 0.8, 2],
      ['1', 0.5, 0.5, 0.5, 2],
      ['2', 1, 2 / 3, 0.8, 3],
      ['accuracy', 0.7142857142857143],
      ['macro avg', 0.7222222222222222, 0.7222222222222222, 0.7, 7],
      ['weighted avg', 0.7619047619047619, 0.7142857142857143, 0.7142857142857143, 7],
    ],
  ],
  [
    { labels: [2, 0], targetNames: ['c', 'a'] },
    [
      ['c', 1, 2 / 3, 0.8, 3],
      ['a', 2 / 3, 1, 0.8, 2],
      ['micro avg', 0.8, 0.8, 0.8, 5],
      ['macro avg', 0.8333333333333333, 0.8333333333333333, 0.8, 5],
      ['weighted avg', 0.8666666666666666, 0.8, 0.8, 5],
    ],
  ],
  [
    { sampleWeight: [1, 2, 1, 0.5, 1, 1, 3] },
    [
      ['0', 0.5, 1, 2 / 3, 2],
      ['1', 0.75, 0.6, 2 / 3, 5],
      ['2', 1, 0.6, 0.75, 2.5],
      ['accuracy', 0.6842105263157895],
      ['macro avg', 0.75, 0.7333333333333334, 0.6944444444444443, 9.5],
      ['weighted avg', 0.7631578947368421, 0.6842105263157895, 0.6885964912280701, 9.5],
    ],
  ],
  [
    { labels: [0, 1, 2, 5], zeroDivision: 1 },
    [
      ['0', 2 / 3, 1, 0.8, 2],
      ['1', 0.5, 0.5, 0.5, 2],
      ['2', 1, 2 / 3, 0.8, 3],
      ['5', 1, 1, 1, 0],
      ['accuracy', 0.7142857142857143],
      ['macro avg', 0.7916666666666666, 0.7916666666666666, 0.775, 7],
      ['weighted avg', 0.7619047619047619, 0.7142857142857143, 0.7142857142857143, 7],
    ],
  ],
])('equals scikit-learn with %j', async (options, expected) => {
  const report = table((await load('classification_report')).compute({ ...rows, ...options }));
  expect(report.map(([name]) => name)).toEqual(expected.map(([name]) => name));
  expected.forEach(([, ...scores], index) => expectClose(report[index]!.slice(1), scores));
});

it('equals scikit-learn for several labels per row', async () => {
  const report = table((await load('classification_report', 'multilabel')).compute(several));
  const expected = [
    ['0', 1, 1, 1, 2],
    ['1', 1, 0.5, 2 / 3, 2],
    ['2', 0, 0, 0, 1],
    ['micro avg', 0.75, 0.6, 2 / 3, 5],
    ['macro avg', 2 / 3, 0.5, 0.5555555555555555, 5],
    ['weighted avg', 0.8, 0.6, 2 / 3, 5],
    ['samples avg', 0.8333333333333334, 2 / 3, 2 / 3, 5],
  ] as const;
  expect(report.map(([name]) => name)).toEqual(expected.map(([name]) => name));
  expected.forEach(([, ...scores], index) => expectClose(report[index]!.slice(1), scores));
});

it.each([
  [{ targetNames: ['no', 'yes'] }, 'targetNames has 2 names for 3 classes (0, 1, 2)'],
  [{ targetNames: ['a', 'b', 'a'] }, "two rows would be called 'a'"],
  [{ targetNames: ['a', 'b', 'accuracy'] }, "two rows would be called 'accuracy'"],
  [{ labels: [1, 1] }, "two rows would be called '1'"],
  [{ labels: [] }, 'classification_report: labels is empty'],
  [{ targetNames: 'abc' }, 'targetNames must be an array of names; got "abc"'],
  [{ target_names: ['a', 'b', 'c'] }, 'did you mean targetNames?'],
  [{ sampleWeight: [1] }, '1 values for 7 rows'],
])('refuses %j', async (options, message) => {
  const metric = await load('classification_report');
  const compute = () => metric.compute({ ...rows, ...(options as object) });
  expect(compute).toThrow(MetricOptionError);
  expect(compute).toThrow(message);
});
