import { beforeAll, describe, expect, it } from 'vitest';
import * as api from '../../index.ts';
import type { Tensor } from '../../index.ts';

let logits: Tensor;
beforeAll(async () => {
  await api.defaultDevice();
  logits = api.randn([6, 5], { generator: new api.Mt19937(3), requiresGrad: true });
});

const classes = Int32Array.of(4, 0, -100, 2, 2, 1);
const numbers = Float32Array.from({ length: 30 }, (_, index) => (index % 4) / 3);

async function valueAndGradient(loss: () => Tensor) {
  logits.clearGrad();
  const value = loss();
  api.sum(value).backward();
  return [...(await value.data()), ...(await logits.grad!.data())];
}

describe('one kernel and operations give the same losses', () => {
  const shape = [6, 5];
  it.each<[string, (from: (data: Int32Array | Float32Array) => never) => Tensor]>([
    ['crossEntropy', (from) => api.crossEntropy(logits, from(classes))],
    ['crossEntropy by its sum', (from) => api.crossEntropy(logits, from(classes), { reduction: 'sum' })],
    ['crossEntropy by a factor', (from) => api.crossEntropy(logits, from(classes), { factor: 0.3 })],
    ['crossEntropy, smoothed', (from) => api.crossEntropy(logits, from(classes), { labelSmoothing: 0.3 })],
    ['crossEntropy, class 2 left out', (from) => api.crossEntropy(logits, from(classes), { ignoreIndex: 2 })],
    ['mseLoss', (from) => api.mseLoss(logits, from(numbers))],
    ['mseLoss by a factor', (from) => api.mseLoss(logits, from(numbers), { factor: 2 })],
    ['bceWithLogits', (from) => api.bceWithLogits(logits, from(numbers))],
    ['bceWithLogits by its sum', (from) => api.bceWithLogits(logits, from(numbers), { reduction: 'sum' })],
  ])('%s', async (name, loss) => {
    const kept = name.endsWith('left out')
      ? (data: Int32Array | Float32Array) => data.map((one) => Math.max(0, one))
      : null;
    const of = (data: Int32Array | Float32Array) => kept?.(data) ?? data;
    const fused = await valueAndGradient(() => loss((data) => of(data) as never));
    const composed = await valueAndGradient(() =>
      loss((data) => api.tensor(of(data), data instanceof Int32Array ? {} : { shape }) as never),
    );
    for (const [index, value] of composed.entries()) expect(Math.abs(value - fused[index]!)).toBeLessThan(2e-6 * 20);
  });

  it.each<[string, (factor: object) => Tensor]>([
    ['crossEntropy', (factor) => api.crossEntropy(logits, classes, factor)],
    ['nllLoss', (factor) => api.nllLoss(logits, classes, factor)],
    ['mseLoss', (factor) => api.mseLoss(logits, numbers, factor)],
    ['bceWithLogits', (factor) => api.bceWithLogits(logits, numbers, factor)],
  ])('%s takes a number as weight for its factor', async (_, loss) => {
    const older = await valueAndGradient(() => loss({ weight: 0.3 }));
    expect(older).toEqual(await valueAndGradient(() => loss({ factor: 0.3 })));
  });

  it('of f16 logits are f32', () => {
    const half = api.cast(logits, 'f16');
    for (const loss of [
      api.crossEntropy(half, api.tensor(classes)),
      api.nllLoss(half, classes),
      api.bceWithLogits(half, numbers, { posWeight: api.tensor([2]) }),
      api.mseLoss(half, numbers, { reduction: 'none' }),
    ])
      expect(loss.dtype).toBe('f32');
  });

  it('have the same bits for a weight of 1 by numbers and by a tensor', async () => {
    const ones = [1, 1, 1, 1, 1];
    const byNumbers = await valueAndGradient(() => api.crossEntropy(logits, classes, { weight: ones }));
    expect(await valueAndGradient(() => api.crossEntropy(logits, classes, { weight: api.tensor(ones) }))).toEqual(
      byNumbers,
    );
  });
});

it('a class out of range on the GPU gives NaN, in its row only', async () => {
  const far = api.tensor(Int32Array.of(0, 5, -1, -100));
  const rows = api.narrow(logits, 0, 0, 4);
  const losses = await api.crossEntropy(rows, far, { reduction: 'none' }).data();
  expect([...losses].map(Number.isNaN)).toEqual([false, true, true, false]);
  expect(Math.abs(losses[3]!)).toBe(0);
  expect(await api.crossEntropy(rows, Int32Array.of(-100, -100, -100, -100), { weight: [1, 1, 1, 1, 1] }).item()).toBe(
    0,
  );
});

describe('misuse gives an error that says what is wrong', () => {
  it.each<[string, (call: Readonly<Record<string, (...given: unknown[]) => unknown>>) => unknown, string]>([
    [
      'a label that is not a class',
      ({ nllLoss }) => nllLoss!(logits, Int32Array.of(0, 1, 2, 3, 4, 5)),
      'nllLoss: the label of row 5 is 5; with 5 classes it must be 0 to 4, or -100 for none',
    ],
    [
      'too few classes',
      ({ crossEntropy }) => crossEntropy!(logits, Int32Array.of(0)),
      'crossEntropy: input has the shape [6, 5] and there are 1 classes in target; expected one for each row, [6]',
    ],
    [
      'classes of another shape',
      ({ crossEntropy }) => crossEntropy!(logits, api.zeros([5], { dtype: 'i32' })),
      'crossEntropy: input has the shape [6, 5] and target [5]; expected a class for each row, [6]',
    ],
    [
      'probabilities of another shape',
      ({ crossEntropy }) => crossEntropy!(logits, api.zeros([6])),
      'crossEntropy: target of probabilities (or of classes in i32) has the shape [6]; expected [6, 5]',
    ],
    [
      'floats for classes',
      ({ nllLoss }) => nllLoss!(logits, api.zeros([6])),
      'nllLoss: target must hold classes of i32 or u32; it is of f32',
    ],
    [
      'weights of another length',
      ({ crossEntropy }) => crossEntropy!(logits, classes, { weight: [1, 2] }),
      'crossEntropy: weight (input is [6, 5]) has the shape [2]; expected [5]',
    ],
    [
      'a number for class weights',
      ({ crossEntropy }) => crossEntropy!(logits, classes, { weight: true }),
      'crossEntropy: weight must be a number for each class, in a Tensor, a Float32Array or an array; got true',
    ],
    [
      'both names of a factor',
      ({ mseLoss }) => mseLoss!(logits, numbers, { weight: 2, factor: 2 }),
      'mseLoss: a number as weight is the older name of factor; give one of them',
    ],
    [
      'two reductions',
      ({ mseLoss }) => mseLoss!(logits, numbers, { reduction: 'sum', factor: 2 }),
      'mseLoss: reduction and factor exclude each other',
    ],
    [
      'ignoreIndex beside probabilities',
      ({ crossEntropy }) => crossEntropy!(logits, logits, { ignoreIndex: 1 }),
      'crossEntropy: ignoreIndex is for classes; target is of probabilities',
    ],
    ['a scalar', ({ crossEntropy }) => crossEntropy!(api.sum(logits), classes), 'crossEntropy: input is a scalar'],
    [
      'a posWeight that does not fit',
      ({ bceWithLogits }) => bceWithLogits!(logits, numbers, { posWeight: api.ones([4]) }),
      'bceWithLogits: posWeight has the shape [4], which does not broadcast to [6, 5]',
    ],
    [
      'too few numbers',
      ({ bceWithLogits }) => bceWithLogits!(logits, Float32Array.of(1)),
      'bceWithLogits: input has the shape [6, 5] and there are 1 numbers in target; expected one for each of its 30',
    ],
    [
      'an option of another loss',
      ({ nllLoss }) => nllLoss!(logits, classes, { labelSmoothing: 1 }),
      'nllLoss has no option labelSmoothing',
    ],
  ])('%s', (_, call, message) => {
    expect(() => call(api as never)).toThrow(message);
  });
});
