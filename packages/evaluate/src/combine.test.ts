import { expect, it } from 'vitest';
import { combine, CombinedMetrics, EvaluateError, load } from './index.ts';

const rows = { predictions: [0, 2, 1, 0, 0, 1], references: [0, 1, 2, 0, 1, 2] };

it('merges results and gives options to the metrics that know them', async () => {
  const result = combine(['accuracy', 'f1', 'confusion_matrix']).compute({ ...rows, average: 'macro' });
  expect(Object.keys(result)).toEqual(['accuracy', 'f1', 'confusion_matrix']);
  expect(result.f1).toBeCloseTo(0.266667, 6);
  const macro = (await load('f1')).withOptions({ average: 'macro' });
  expect(combine(['accuracy', macro]).compute(rows).f1).toBeCloseTo(0.266667, 6);
  // Undefined is as left out: what was chosen before stays.
  expect(macro.compute({ ...rows, average: undefined }).f1).toBeCloseTo(0.266667, 6);
});

it('puts names in front where keys collide, or always', async () => {
  const binary = { predictions: [0, 1], references: [0, 1] };
  expect(Object.keys(combine(['f1', 'f1']).compute(binary))).toEqual(['f1_0_f1', 'f1_1_f1']);
  expect(Object.keys(combine([await load('glue', 'mrpc'), 'accuracy']).compute(binary))).toEqual([
    'glue_mrpc_accuracy',
    'f1',
    'accuracy_accuracy',
  ]);
  const combined = combine({ mine: 'accuracy' }, { forcePrefix: true });
  combined.addBatch(binary);
  combined.add({ prediction: 1, reference: 0 });
  expect(combined.compute()).toEqual({ mine_accuracy: 2 / 3 });
});

it('keeps what was added where one of them refuses it', () => {
  const combined = combine(['accuracy', 'f1']);
  combined.addBatch(rows);
  expect(() => combined.compute()).toThrow('the target has 3 classes');
  expect(combined.compute({ average: 'micro' })).toEqual({ accuracy: 1 / 3, f1: 1 / 3 });
  expect(() => combined.compute()).toThrow('there are no predictions');
});

it.each([
  [
    () => combine(undefined as never),
    "combine takes a list of metrics or an object of them by name, ['accuracy', 'f1']",
  ],
  [() => combine('accuracy' as never), 'got "accuracy"'],
  [() => combine(new Map() as never), 'got a Map'],
  [() => combine([]), 'at least one metric; got an empty array'],
  [() => combine({}), 'at least one metric; got an empty object'],
  [() => combine(['acuracy']), 'did you mean accuracy?'],
  [() => combine([42 as never]), 'combine: metrics[0] must be a metric from load(), or the name of one; got 42'],
  [() => combine({ a: null as never }), 'combine: metrics.a must be a metric'],
  [() => combine([load('accuracy') as never]), 'metrics[0] is a Promise: await load(…) first'],
  [() => combine(['accuracy'], { force_prefix: true } as never), 'did you mean forcePrefix?'],
  [() => combine(['accuracy'], 'f1' as never), 'combine takes its options as an object'],
  [() => combine(['accuracy']).compute({ ...rows, average: 'macro' }), 'combined.compute has no option average'],
  [
    () => Reflect.apply(CombinedMetrics.prototype.compute, combine(['f1']), [rows, { average: 'macro' }]),
    'combined.compute takes one object; got an object with average as an extra one',
  ],
  [() => combine(['accuracy']).compute(null as never), 'combined.compute takes its options as an object'],
  [() => combine(['accuracy']).compute(), 'there are no predictions'],
  [() => combine(['accuracy']).add(undefined as never), 'combined.add takes its options as an object'],
  [() => combine(['accuracy']).addBatch(undefined as never), 'takes its options as an object'],
  [() => new CombinedMetrics(undefined as never), 'new CombinedMetrics: metrics must be a list of [name, metric]'],
  [() => new CombinedMetrics([['a', 5 as never]]), 'new CombinedMetrics: metrics must be a list'],
])('refuses misuse with a clear message: %s', (call, message) => {
  expect(call).toThrow(message);
  expect(call).toThrow(EvaluateError);
});
