import { describe, expect, it } from 'vitest';
import { load, Metric, MetricInputError, MetricOptionError } from './index.ts';

describe('predictions and references', () => {
  it('are lists, typed arrays, 64-bit integers, iterables or shaped arrays', async () => {
    const metric = await load('accuracy');
    const references = [0, 1, 1];
    const column = {
      length: 3,
      *[Symbol.iterator]() {
        yield* references;
      },
    };
    for (const predictions of [
      references,
      Int32Array.from(references),
      BigInt64Array.of(0n, 1n, 1n),
      column,
      { length: 3, 0: 0, 1: 1, 2: 1 },
      { data: Int32Array.from(references), shape: [3] },
    ]) {
      expect(metric.compute({ predictions, references })).toEqual({ accuracy: 1 });
    }
  });

  it.each([
    [[0.2, 0.9], [0, 1], 'predictions[0] must be a class number; got 0.2. For logits or probabilities take argmax'],
    [
      { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] },
      [0, 1],
      'predictions must hold one class number per row; row 0 has 2 values. For logits or probabilities take argmax(-1)',
    ],
    [[[0.1, 0.9]], [1], /argmax/],
    [[NaN, 1], [0, 1], /NaN/],
    [[0, 1], [0], /accuracy: 2 predictions and 1 references\. Give one for each/],
    [['equivalent'], [1], 'predictions[0] must be a number; got "equivalent". Map label names to class numbers first'],
    [[1], ['equivalent'], /references\[0\] must be a number; got "equivalent"/],
    ['equivalent', [1], 'accuracy: predictions must be a list, a typed array or { data, shape }; got "equivalent"'],
    [[], [], /no predictions/],
    [[[]], [[]], /must hold one class number per row; row 0 has 0 values/],
    [{ data: [1, 2], shape: [3] }, [0, 1], 'shape [rows] or [rows, columns] of its 2 values; got [3]'],
    [{ data: [1, 2], shape: [-1, -2] }, [0, 1], 'shape [rows] or [rows, columns] of its 2 values; got [-1, -2]'],
    [{ data: null, shape: [3] }, [0, 1], 'predictions.data must be a list, a typed array or { data, shape }; got null'],
    [{ data: 'ab', shape: [2] }, [0, 1], 'predictions.data must be a list, a typed array or { data, shape }; got "ab"'],
    [
      { data: Promise.resolve([1]), shape: [1] },
      [0],
      'accuracy: predictions.data must be a list, a typed array or { data, shape }; got a Promise; await it first',
    ],
    [{ data: [1], shape: [2 ** 40] }, [0], 'shape [rows] or [rows, columns] of its 1 values; got [1099511627776]'],
    [new Set([0]), [0], 'accuracy: predictions must be a list, a typed array or { data, shape }; got a Set'],
    [[0], undefined, 'accuracy: references must be a list, a typed array or { data, shape }; got undefined'],
    [null, [0], 'accuracy: predictions must be a list, a typed array or { data, shape }; got null'],
    [5, [0], 'accuracy: predictions must be a list, a typed array or { data, shape }; got 5'],
    [{}, [0], 'accuracy: predictions must be a list, a typed array or { data, shape }; got an empty object'],
    [{ length: 1e12 }, [0], 'must be a list, a typed array or { data, shape }; got an object with length'],
    [
      Promise.resolve([1]),
      [0],
      'predictions must be a list, a typed array or { data, shape }; got a Promise; await it first',
    ],
    [new Map([[0, 1]]), [[0, 1]], 'accuracy: predictions must be a list, a typed array or { data, shape }; got a Map'],
    [[Object.create(null)], [0], /predictions\[0\] must be a number; got an empty object/],
    [[Symbol('x')], [0], /predictions\[0\] must be a number; got a symbol/],
    [[2n ** 60n], [0], /predictions\[0\] must be a number; got 1152921504606846976n/],
    [[null], [0], /predictions\[0\] must be a number; got null/],
    [[true], [1], /predictions\[0\] must be a number; got true/],
    [
      [[1, 2], [3]],
      [
        [1, 2],
        [3, 4],
      ],
      'must hold one class number per row; row 0 has 2 values. For logits or probabilities take argmax',
    ],
    [[[0, 1], [0]], [0, 1], /predictions must hold one class number per row; row 0 has 2 values/],
    [
      [0, 1],
      [
        [0, 1],
        [0, 1],
        [1, 0, 2],
      ],
      /references must hold one class number per row; row 0 has 2 values/,
    ],
    [[[0, 1], 1], [0, 1], /predictions must hold one class number per row; row 0 has 2 values/],
    [[1, [0, 1]], [0, 1], /predictions\[1\] must be a number; got an array of 2/],
  ])('are refused with a clear message (%#)', async (predictions, references, message) => {
    const metric = await load('accuracy');
    const compute = () => metric.compute({ predictions, references } as never);
    expect(compute).toThrow(message);
    expect(compute).toThrow(MetricInputError);
  });

  it.each([
    [[[]], [[]], /row 0 has no values/],
    [{ data: [], shape: [2, 0] }, [[]], /row 0 has no values/],
    [
      [[1, 0], [1]],
      [
        [1, 0],
        [0, 1],
      ],
      /row 1 has 1 values, row 0 has 2/,
    ],
    [
      [[1, 0], 1],
      [
        [1, 0],
        [0, 1],
      ],
      /row 1 is 1, row 0 has 2 values/,
    ],
    [[[[1]]], [[0]], /predictions\[0\]\[0\] must be a number; got an array of 1/],
    [{ data: [[1]], shape: [1, 1] }, [[0]], /predictions.data\[0\] must be a number; got an array of 1/],
    [[[1, 0]], [[1]], /predictions have 2 columns and references 1/],
  ])('in rows are refused with a clear message (%#)', async (predictions, references, message) => {
    for (const metric of [await load('accuracy', 'multilabel'), await load('mse')]) {
      const compute = () => metric.compute({ predictions, references } as never);
      expect(compute).toThrow(message);
      expect(compute).toThrow(MetricInputError);
    }
  });

  it.each(['pearsonr', 'spearmanr', 'mse', 'mae'])('of %s are finite', async (name: string) => {
    const metric = await load(name);
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(() => metric.compute({ predictions: [1, bad], references: [1, 2] })).toThrow(
        `predictions holds ${bad} at row 1. The model has probably diverged`,
      );
      expect(() => metric.compute({ predictions: [1, 2], references: [bad, 1] })).toThrow(`references holds ${bad}`);
    }
  });
});

describe('adding', () => {
  it('is of examples and batches, computed over all, and forgotten then', async () => {
    const metric = await load('accuracy');
    metric.add({ prediction: 1, reference: 1 });
    metric.addBatch({ predictions: [0, 1], references: Int32Array.of(1, 1) });
    expect(metric.compute({ predictions: [1], references: [1] })).toEqual({ accuracy: 0.75 });
    expect(() => metric.compute()).toThrow(/there are no predictions/);
  });

  it('takes one example by the names of a batch, as evaluate does', async () => {
    const metric = await load('f1', 'multilabel');
    metric.add({ references: [1, 0], predictions: [1, 1] } as never);
    expect(metric.compute({ average: 'micro' })).toEqual({ f1: 2 / 3 });
  });

  it('is kept where a computation fails', async () => {
    const metric = await load('f1');
    metric.addBatch({ predictions: [0, 1, 2], references: [0, 1, 2] });
    expect(() => metric.compute()).toThrow(/3 classes/);
    expect(metric.compute({ average: 'macro' })).toEqual({ f1: 1 });
  });

  it.each([
    ['add', undefined, 'accuracy.add takes its options as an object, { prediction, reference }; got undefined'],
    ['add', 1, 'got 1'],
    ['add', { prediction: 1, label: 2 }, 'accuracy.add has no option label'],
    ['add', { prediction: 1 }, 'references[0] must be a number; got undefined'],
    ['addBatch', undefined, 'accuracy.addBatch takes its options as an object, { predictions, references }'],
    ['addBatch', [1, 2], 'got an array of 2'],
    ['addBatch', { prediction: [1], reference: [1] }, 'has no option prediction; did you mean predictions?'],
    [
      'addBatch',
      { predictions: [1], references: [1], sampleWeight: [1] },
      'accuracy.addBatch has no option sampleWeight',
    ],
    ['addBatch', { predictions: [1] }, 'references must be a list, a typed array or { data, shape }; got undefined'],
  ])('of what is not an example is refused: %s(%j)', async (method, input, message) => {
    const metric = await load('accuracy');
    const add = () => metric[method as 'add'](input as never);
    expect(add).toThrow(message);
    expect(add).toThrow(MetricInputError);
  });
});

describe('compute', () => {
  it.each([null, 42, 'x', [1, 2], Int32Array.of(1), true])('takes one object, not %j', async (input) => {
    const metric = await load('accuracy');
    expect(() => metric.compute(input as never)).toThrow(
      'accuracy.compute takes its options as an object, { predictions, references }',
    );
  });

  it('takes no option but those of the metric', async () => {
    const metric = await load('accuracy');
    const compute = () => metric.compute({ predictions: [0], references: [0], average: 'macro' } as never);
    expect(compute).toThrow('accuracy.compute has no option average; it has normalize, sampleWeight');
    expect(compute).toThrow(MetricOptionError);
    expect(() => metric.compute({ predictons: [0], references: [0] } as never)).toThrow(/no option predictons/);
    const behind = (name: string) => Reflect.apply(Reflect.get(metric, name), metric, [rows, { normalize: false }]);
    const rows = { predictions: [0], references: [0] };
    expect(() => behind('compute')).toThrow(
      'accuracy.compute takes one object; got an object with normalize as an extra one',
    );
    expect(() => behind('addBatch')).toThrow(
      'accuracy.addBatch takes one object; got an object with normalize as an extra one',
    );
    await expect(Reflect.apply(load, null, ['f1', undefined, {}])).rejects.toThrow(
      'load: got an empty object as an extra',
    );
    expect(() => metric.withOptions({ normalise: false } as never)).toThrow('did you mean normalize?');
    expect(() => metric.withOptions(null as never)).toThrow('accuracy.withOptions takes its options as an object');
  });

  it('does what a metric of one’s own says', () => {
    const metric = new Metric({
      name: 'rows',
      takes: 'numbers',
      options: {},
      compute: ({ references }) => ({ rows: references.rows }),
    });
    expect(metric.compute({ predictions: [1, 2], references: [3, 4] })).toEqual({ rows: 2 });
  });

  it.each([
    [5, 'must return scores by name, as { x: 0.5 }; got 5'],
    [undefined, 'got undefined'],
    [Promise.resolve({ x: 1 }), 'got a Promise; await it first'],
  ])('returns scores by name, not %s', (returned, message) => {
    const metric = new Metric({ name: 'x', takes: 'numbers', options: {}, compute: () => returned as never });
    expect(() => metric.compute({ predictions: [1], references: [1] })).toThrow(message);
  });

  it.each([undefined, null, 42, {}, { name: 'x', takes: 'words', options: {}, compute: () => ({}) }])(
    'is not a method of %j',
    (definition) => {
      expect(() => new Metric(definition as never)).toThrow(MetricOptionError);
    },
  );
});
