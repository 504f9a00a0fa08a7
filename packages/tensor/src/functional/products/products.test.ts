import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import * as api from '../../index.ts';
import type { Shape } from '../../shape.ts';
import { testTorchCases } from '../../testing/testTorchCases.ts';
import { goldenNumbers } from '../../testing/torchCases.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const make = (shape: Shape) => api.tensor(goldenNumbers(shape, 37, 11, 23), { shape, device });

describe('products equal PyTorch', () => {
  testTorchCases('torch_products.json', () => device, { roundings: 32 });
});

describe('matmul', () => {
  it('takes more matrices than a dispatch has workgroups, with their gradients', async () => {
    const count = 70_000;
    const left = api.tensor(
      Float32Array.from({ length: 2 * count }, (_, index) => index % 9),
      { shape: [count, 1, 2], device, requiresGrad: true },
    );
    const right = api.tensor([[[1], [2]]], { device, requiresGrad: true });
    const product = api.matmul(left, right);
    const values = await left.data();
    const expected = Float32Array.from({ length: count }, (_, at) => values[2 * at]! + 2 * values[2 * at + 1]!);
    expect(await product.data()).toEqual(expected);
    api.sum(product).backward();
    expect((await left.grad!.data()).slice(-4)).toEqual(Float32Array.of(1, 2, 1, 2));
    const sums = [0, 1].map((place) => values.filter((_, at) => at % 2 === place).reduce((sum, value) => sum + value));
    expect([...(await right.grad!.data())]).toEqual(sums);
  });

  it('needs no more memory for one long row than it has', () => {
    const product = api.matmul(api.ones([1, 2], { device }), api.ones([2, 1_000_000], { device }));
    expect([product.shape, product.array.length]).toEqual([[1, 1_000_000], 1_000_000]);
  });
});

describe('scaledDotProductAttention', () => {
  const [queries, keys] = [3, 5];
  const inputs = () => [make([2, queries, 4]), make([2, keys, 4]), make([2, keys, 2])] as const;

  it('sees what a mask of bool says', async () => {
    const seen = Array.from({ length: queries * keys }, (_, index) => Number(index % 4 !== 1));
    const mask = api.tensor(seen, { shape: [queries, keys], device, dtype: 'bool' });
    const added = api.tensor(
      seen.map((value) => (value ? 0 : -Infinity)),
      { shape: [queries, keys], device },
    );
    const byBool = await api.scaledDotProductAttention(...inputs(), { mask }).data();
    expect(byBool).toEqual(await api.scaledDotProductAttention(...inputs(), { mask: added }).data());
    expect(byBool.some(Number.isNaN)).toBe(false);
  });

  it('gives 0 to a query that sees nothing, and no gradient', async () => {
    const seen = Array.from({ length: queries * keys }, (_, index) => Number(index >= keys));
    const mask = api.tensor(seen, { shape: [queries, keys], device, dtype: 'bool' });
    const shape = [queries, keys];
    const added = api.tensor(
      seen.map((value) => (value ? 0 : -Infinity)),
      { shape, device },
    );
    for (const given of [mask, added]) {
      const [, key, value] = inputs();
      const query = api.tensor(goldenNumbers([2, queries, 4], 37, 11, 23), {
        shape: [2, queries, 4],
        device,
        requiresGrad: true,
      });
      const output = api.scaledDotProductAttention(query, key, value, { mask: given });
      expect([...(await api.select(output, 1, 0).data())]).toEqual([0, 0, 0, 0]);
      api.sum(api.mul(output, output)).backward();
      const gradient = [...((await query.grad?.data()) ?? [NaN])];
      expect(gradient.every(Number.isFinite)).toBe(true);
      expect(gradient.slice(0, 4)).toEqual([0, 0, 0, 0]);
    }
  });

  it('drops the same probabilities for the same key', async () => {
    const random = {
      state: api.tensor(Uint32Array.of(1, 2, 0, 0), { shape: [4], device }),
      tokenKeys: api.tensor(
        Uint32Array.from({ length: 2 * queries }, (_, row) => row),
        { shape: [2 * queries], device },
      ),
    };
    const dropout = { probability: 0.5, site: 1, random };
    const once = await api.scaledDotProductAttention(...inputs(), { dropout }).data();
    expect(await api.scaledDotProductAttention(...inputs(), { dropout }).data()).toEqual(once);
    expect(await api.scaledDotProductAttention(...inputs()).data()).not.toEqual(once);
  });
});

describe('misuse gives an error that says what is wrong', () => {
  it.each<[string, (call: Readonly<Record<string, (...given: unknown[]) => unknown>>) => unknown, string]>([
    [
      'inner extents',
      ({ matmul }) => matmul!(make([2, 2, 3]), make([2, 2])),
      'matmul: [2, 2, 3] and [2, 2] cannot be multiplied; expected [..., m, k] and [..., k, n]',
    ],
    [
      'batches',
      ({ matmul }) => matmul!(make([2, 2, 3]), make([3, 3, 2])),
      'matmul: b has the shape [3], which does not broadcast to [2]',
    ],
    [
      'a dimension too many for the equation',
      ({ einsum }) => einsum!('ij,jk', make([2, 3]), make([3])),
      'einsum: "ij,jk" names 2 dimensions of operand 1, whose shape is [3]',
    ],
    [
      'an equation for more operands',
      ({ einsum }) => einsum!('i,j', make([2])),
      'einsum: "i,j" names 2 operands; got 1, of the shapes [2]',
    ],
    [
      'extents that differ',
      ({ einsum }) => einsum!('ij,jk->ik', make([2, 3]), make([2, 4])),
      'einsum: j of "ij,jk->ik" is 2 in operand 1, of the shape [2, 4], and 3 before; the shapes are [2, 3], [2, 4]',
    ],
    [
      'a diagonal of no square',
      ({ einsum }) => einsum!('ii', make([1, 3])),
      'einsum: i of "ii" is 3 in operand 0, of the shape [1, 3], and 1 before',
    ],
    [
      'a letter from nowhere',
      ({ einsum }) => einsum!('ij->k', make([2, 3])),
      'einsum: k of the result in "ij->k" is in no operand',
    ],
    [
      'a letter twice in the result',
      ({ einsum }) => einsum!('ij->ii', make([2, 3])),
      'einsum: i comes twice in the result of "ij->ii"',
    ],
    ['a digit', ({ einsum }) => einsum!('i1', make([2, 3])), 'einsum: "1" in operand 0 of "i1" is not a letter'],
    ['two arrows', ({ einsum }) => einsum!('i->i->i', make([2])), 'has more than one arrow'],
    [
      'two ellipses',
      ({ einsum }) => einsum!('...i...', make([2])),
      'einsum: "." in operand 0 of "...i..." is not a letter',
    ],
    ['no tensors', ({ einsum }) => einsum!('ij'), 'einsum: pass one tensor or more after the equation'],
    [
      'an array of tensors',
      ({ einsum }) => einsum!('i', [make([2])]),
      'einsum: operand 0 must be a Tensor; got an array of 1',
    ],
    ['tensors alone', ({ einsum }) => einsum!(make([2])), 'einsum: equation must be a string; got a Tensor'],
    ['a scalar', ({ matmul }) => matmul!(make([]), make([2])), 'matmul: [] and [2] cannot be multiplied'],
    ['a number', ({ matmul }) => matmul!(make([2, 2]), 2), 'matmul: b must be a Tensor; got 2'],
    [
      'keys of another width',
      ({ scaledDotProductAttention }) => scaledDotProductAttention!(make([2, 3]), make([2, 4]), make([2, 4])),
      'query [2, 3], key [2, 4] and value [2, 4] do not fit',
    ],
    [
      'a mask beside causal',
      ({ scaledDotProductAttention }) =>
        scaledDotProductAttention!(make([2, 3]), make([2, 3]), make([2, 3]), { mask: make([2, 2]), isCausal: true }),
      'mask and isCausal exclude each other',
    ],
    [
      'an unknown option',
      ({ scaledDotProductAttention }) =>
        scaledDotProductAttention!(make([2, 3]), make([2, 3]), make([2, 3]), { causal: true }),
      'has no option causal',
    ],
  ])('%s', (_, call, message) => {
    expect(() => call(api as never)).toThrow(message);
  });
});
