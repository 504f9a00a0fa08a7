import { describe, expect, it } from 'vitest';
import { logLine, metricLines } from './formatMetrics.ts';
import { formatNumber } from './formatNumber.ts';
import { MetricsTable } from './metricsTable.ts';

describe('formatNumber', () => {
  it.each([
    [0.69184, '0.6918'],
    [5e-5, '5e-05'],
    [0.125, '0.125'],
    [1377, '1377'],
    [12345.678, '1.235e+04'],
    [1, '1'],
    [0, '0'],
    [-2.5, '-2.5'],
    [0.00012344, '0.0001234'],
    [9999.9, '1e+04'],
    [Number.NaN, 'nan'],
    [-Infinity, '-inf'],
  ])('prints %d as Python does', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

it('prints a table that grows by a line', () => {
  const table = new MetricsTable('Epoch');
  const first = table.lines(1, null, { eval_loss: 0.5, eval_accuracy: 0.75, eval_f1: 0.8, eval_runtime: 3 });
  expect(first).toEqual([
    'Epoch     Training Loss  Validation Loss  Accuracy  F1',
    '--------  -------------  ---------------  --------  --------',
    '1         No log         0.500000         0.750000  0.800000',
  ]);
  expect(table.lines(2, 0.4, { eval_loss: 0.45, eval_accuracy: 0.8, eval_f1: 0.9 })).toEqual([
    '2         0.400000       0.450000         0.800000  0.900000',
  ]);
});

it('prints metrics that are not number, or new, below their line', () => {
  const table = new MetricsTable('Step');
  table.lines(4, 0.5, { eval_loss: 0.5, eval_accuracy: 0.75 });
  const confusion = [
    [3, 1],
    [0, 4],
  ];
  expect(
    table.lines(8, 0.5, { eval_loss: 0.5, eval_accuracy: null, eval_confusion: confusion, eval_f1: 0.25 }),
  ).toEqual(['8         0.500000       0.500000', '  Accuracy: null', '  Confusion: [[3, 1], [0, 4]]', '  F1: 0.25']);
});

it('prints a line for each of several evaluation sets', () => {
  const table = new MetricsTable('Epoch');
  expect([
    ...table.lines(1, 0.5, { eval_a_loss: 0.5, eval_a_accuracy: 0.75, eval_a_runtime: 2 }, 'eval_a'),
    ...table.lines(1, 0.5, { eval_a_b_loss: 0.25, eval_a_b_accuracy: 1 }, 'eval_a_b'),
  ]).toEqual([
    'Epoch     Set       Training Loss  Validation Loss  Accuracy',
    '--------  --------  -------------  ---------------  --------',
    '1         a         0.500000       0.500000         0.750000',
    '1         a_b       0.500000       0.250000         1.000000',
  ]);
});

it('prints a log entry as a line, and metrics below each other', () => {
  expect(logLine(10, { loss: 0.69184, learning_rate: 5e-5, epoch: 0.125, step: 10, total_flos: 4 })).toBe(
    'step 10 | loss 0.6918 | learning_rate 5e-05 | epoch 0.125',
  );
  expect(metricLines('Evaluation:', { eval_loss: 0.5, eval_best: { label: 'yes', count: 4 }, epoch: 1 })).toEqual([
    'Evaluation:',
    '  eval_loss                       0.5',
    '  eval_best  { label: yes, count: 4 }',
    '  epoch                             1',
  ]);
});
