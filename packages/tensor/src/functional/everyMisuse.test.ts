import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '@attune/kernels';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import * as api from '../index.ts';
import type { Tensor } from '../index.ts';
import { readCases } from '../testing/testTorchCases.ts';
import { argumentsOf, inputOf } from '../testing/torchCases.ts';
import type { TorchCase } from '../testing/torchCases.ts';

let device: Device;
let other: Device;
beforeAll(async () => {
  device = await defaultDevice();
  other = await openDevice();
});
afterAll(() => other.destroy());

type Functions = Readonly<Record<string, (...given: unknown[]) => unknown>>;
const functions = api as unknown as Functions;

const cases = ['table', 'shapes', 'reductions', 'products', 'losses'].flatMap((name) =>
  readCases(`torch_${name}.json`),
);
/** One case of each operation of tensors, that with the most of them. */
const oneOfEach = [...new Set(cases.map(({ operation }) => operation))].flatMap((name) => {
  const own = cases.filter(({ operation, shapes, special }) => operation === name && shapes.length > 0 && !special);
  return own.toSorted((a, b) => b.shapes.length - a.shapes.length).slice(0, 1);
});
const titled = oneOfEach.map((entry) => [entry.operation, entry] as const);

/** The call with another tensor in each place, one by one; lists of tensors are places too. */
function places(entry: TorchCase): { tensor: Tensor; count: number; call: (value: unknown) => () => unknown }[] {
  const given = argumentsOf(
    entry,
    entry.shapes.map((_, index) => inputOf(entry, index, device)),
  );
  const operation = functions[entry.operation] as (...values: readonly unknown[]) => unknown;
  const count = given.flat().filter((value) => value instanceof api.Tensor).length;
  return given.flatMap((value, index) => {
    const placed = (changed: unknown) => () => operation(...given.with(index, changed));
    if (value instanceof api.Tensor) return [{ tensor: value, count, call: placed }];
    if (!Array.isArray(value)) return [];
    return value.flatMap((one: unknown, at) =>
      one instanceof api.Tensor
        ? [{ tensor: one, count, call: (changed: unknown) => placed(value.with(at, changed)) }]
        : [],
    );
  });
}

/** Where tensors of several types stand together: by an index, a mask, classes. */
const freeTypes = new Set(['gather', 'takeAlongDim', 'maskedFill', 'crossEntropy']);

/** One sentence that begins with the operation. */
function expectTold(name: string, call: () => unknown, message: string | RegExp): void {
  expect(call).toThrow(TensorError);
  expect(call).toThrow(new RegExp(`^${name}: `));
  expect(call).toThrow(message);
}

describe('errors name operation and argument for what is not a tensor, released tensors and other devices', () => {
  it.each(titled)('%s', (name, entry) => {
    for (const { tensor, count, call } of places(entry)) {
      expectTold(name, call('text'), /must be .*; got ("text"|an array whose element \d is "text")/);
      // A shape can be read of what is gone.
      if (name.endsWith('Like')) continue;
      const gone = api.tensor(new Float32Array(Math.max(1, tensor.size)).subarray(0, tensor.size), {
        shape: tensor.shape,
      });
      const same = tensor.dtype === 'f32' ? gone : api.cast(gone, tensor.dtype);
      same.dispose();
      expectTold(name, call(same), /cannot be read: this tensor's memory was released/);
      if (count === 1) continue;
      const far = api.zeros(tensor.shape, { device: other, dtype: tensor.dtype });
      expectTold(name, call(far), /another device/);
      far.dispose();
      if (freeTypes.has(name)) continue;
      const mixed = api.zeros(tensor.shape, {
        dtype: tensor.dtype === 'i32' || tensor.dtype === 'bool' ? 'f32' : 'i32',
      });
      expectTold(name, call(mixed), /(f32|f16|bool).*(i32|f32)|(i32).*(f32)/);
    }
  });
});

describe('an error for a dimension out of range shows the shape', () => {
  const range = /(dim|dims|dim1|endDim|dimension) must be a whole number from -\d to \d for the shape \[2, 3\]; got 7/;
  const x = () => api.zeros([2, 3]);
  const index = () => api.zeros([2, 3], { dtype: 'i32' });
  const reductions =
    'sum mean prod max min any all argMax argMin variance var std norm logSumExp cumsum softmax logSoftmax argSort sort';
  it.each([
    ...reductions.split(' ').map((name): [string, () => unknown] => [name, () => functions[name]!(x(), 7)]),
    ['topk', () => api.topk(x(), 1, 7)],
    ['flatten', () => api.flatten(x(), 0, 7)],
    ['permute', () => api.permute(x(), [0, 7])],
    ['transpose', () => api.transpose(x(), 0, 7)],
    ['squeeze', () => api.squeeze(x(), 7)],
    ['unsqueeze', () => api.unsqueeze(x(), 7)],
    ['flip', () => api.flip(x(), 7)],
    ['diagonal', () => api.diagonal(x(), 0, 0, 7)],
    ['select', () => api.select(x(), 7, 0)],
    ['narrow', () => api.narrow(x(), 7, 0, 1)],
    ['split', () => api.split(x(), 1, 7)],
    ['chunk', () => api.chunk(x(), 1, 7)],
    ['roll', () => api.roll(x(), 1, 7)],
    ['concat', () => api.concat([x(), x()], 7)],
    ['stack', () => api.stack([x(), x()], 7)],
    ['gather', () => api.gather(x(), 7, index())],
    ['scatterAdd', () => api.scatterAdd(x(), 7, index(), x())],
    ['indexSelect', () => api.indexSelect(x(), 7, [0])],
    ['takeAlongDim', () => api.takeAlongDim(x(), index(), 7)],
    ['cosineSimilarity', () => api.cosineSimilarity(x(), x(), { dim: 7 })],
  ] as [string, () => unknown][])('%s', (name, call) => {
    const told = name === 'var' ? 'variance' : name;
    expectTold(
      told,
      call,
      name === 'unsqueeze' || name === 'stack' ? /from -3 to 2 for the shape \[2, 3\]; got 7/ : range,
    );
  });
});

describe('an error for shapes that do not fit shows both', () => {
  const x = () => api.zeros([2, 3]);
  const y = () => api.zeros([4]);
  const mask = () => api.zeros([4], { dtype: 'bool' });
  const pairs = 'add sub mul div pow maximum minimum eq ne lt le gt ge logicalAnd logicalOr';
  const losses = 'mseLoss bceWithLogits l1Loss smoothL1Loss huberLoss klDivLoss cosineSimilarity';
  it.each([
    ...`${pairs} ${losses} matmul`
      .split(' ')
      .map((name): [string, () => unknown] => [name, () => functions[name]!(x(), y())]),
    ['where', () => api.where(mask(), x(), 0)],
    ['maskedFill', () => api.maskedFill(x(), mask(), 0)],
    ['lerp', () => api.lerp(x(), y(), 0.5)],
    ['lerp', () => api.lerp(x(), x(), y())],
    ['cosineEmbeddingLoss', () => api.cosineEmbeddingLoss(x(), y(), x())],
    ['marginRankingLoss', () => api.marginRankingLoss(x(), x(), y())],
    ['tripletMarginLoss', () => api.tripletMarginLoss(x(), x(), y())],
    ['linear', () => api.linear(x(), api.zeros([5, 4]))],
    ['layerNorm', () => api.layerNorm(x(), y(), y())],
    ['einsum', () => api.einsum('ij,j->i', x(), y())],
    ['concat', () => api.concat([x(), y()])],
    ['stack', () => api.stack([x(), y()])],
    ['expand', () => api.expand(y(), [2, 3])],
    ['reshape', () => api.reshape(y(), [2, 3])],
    ['gather', () => api.gather(x(), 0, api.zeros([4], { dtype: 'i32' }))],
    ['scatterAdd', () => api.scatterAdd(x(), 0, api.zeros([2, 3], { dtype: 'i32' }), y())],
    ['takeAlongDim', () => api.takeAlongDim(x(), api.zeros([4], { dtype: 'i32' }), 0)],
    ['nllLoss', () => api.nllLoss(x(), api.zeros([4], { dtype: 'i32' }))],
    ['crossEntropy', () => api.crossEntropy(x(), y())],
    ['scaledDotProductAttention', () => api.scaledDotProductAttention(x(), x(), api.zeros([4, 1]))],
  ] as [string, () => unknown][])('%s', (name, call) => {
    expectTold(name, call, /\[2, 3\]/);
    expectTold(name, call, /\[(5, )?4(, 1)?\]/);
  });

  it('mask of scaledDotProductAttention', () => {
    const q = x();
    const call = () => api.scaledDotProductAttention(q, q, q, { mask: mask() });
    expectTold('scaledDotProductAttention', call, 'mask has the shape [4], which does not broadcast to [2, 2]');
  });
});

describe('numbers out of range are refused', () => {
  const x = () => api.zeros([2, 3]);
  it.each<[string, () => unknown, RegExp]>([
    ['select', () => api.select(x(), 1, -4), /index must be a whole number from -3 to 2 for dimension 1 of \[2, 3\]/],
    ['narrow', () => api.narrow(x(), 1, 2, 5), /do not lie within the 3 elements of dimension 1 of \[2, 3\]/],
    [
      'indexSelect',
      () => api.indexSelect(x(), 0, [0, 2]),
      /index 1 is 2, outside the 2 elements of dimension 0 of \[2, 3\]/,
    ],
    ['gatherRows', () => api.gatherRows(x(), Uint32Array.of(2)), /row 2 is outside the matrix, which has 2 rows/],
    [
      'embeddingSum',
      () => api.embeddingSum([x()], [Int32Array.of(2)]),
      /id 2 at index 0 is outside table 0, which has 2 rows/,
    ],
    [
      'crossEntropy',
      () => api.crossEntropy(x(), Int32Array.of(0, 3)),
      /the label of row 1 is 3; with 3 classes it must be 0 to 2/,
    ],
    ['nllLoss', () => api.nllLoss(x(), Int32Array.of(-1, 0)), /the label of row 0 is -1/],
    ['topk', () => api.topk(x(), 4), /k must be a whole number from 0 to 3, dimension 1 of \[2, 3\]; got 4/],
    ['split', () => api.split(x(), [1, 2], 0), /do not add up to 2, dimension 0 of \[2, 3\]/],
  ])('%s', (name, call, message) => expectTold(name, call, message));
});
