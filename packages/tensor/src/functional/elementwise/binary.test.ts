import { beforeAll, describe, expect, it } from 'vitest';
import * as binaryMembers from '@attune/kernels/binary';
import { binaryReference, unaryReference } from '@attune/kernels/reference';
import { sigmoid } from '@attune/kernels/unary';
import * as attune from '../../index.ts';
import type { Device, Shape } from '../../index.ts';
import { checkGradient } from '../../testing/checkGradient.ts';
import * as functions from './binary.ts';
import * as comparisons from './comparisons.ts';

/** A copy, to be looked up by name. */
const operations = { ...functions, ...comparisons };
const binary = { ...binaryMembers };
let device: Device;
beforeAll(async () => {
  device = await attune.defaultDevice();
});

/** Rows 2, middle 3, columns 4: the shapes that broadcast to [2, 3, 4]. */
const shapes: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3, 4],
    [2, 3, 4],
  ],
  [[2, 3, 4], [4]],
  [[4], [2, 3, 4]],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [
    [2, 3, 1],
    [1, 1, 4],
  ],
  [[2, 3, 4], []],
  [
    [1, 1, 1],
    [2, 3, 4],
  ],
];

/** Repeats values to [2, 3, 4], plainly. */
function repeated(values: Float64Array, shape: Shape): Float64Array {
  const [rows = 1, middle = 1, columns = 1] = [...Array.from({ length: 3 - shape.length }, () => 1), ...shape];
  return Float64Array.from({ length: 24 }, (_, index) => {
    const [i, j, k] = [Math.floor(index / 12), Math.floor(index / 4) % 3, index % 4];
    return values[((i % rows) * middle + (j % middle)) * columns + (k % columns)] as number;
  });
}

describe('two tensors that broadcast', () => {
  for (const name of ['add', 'sub', 'mul', 'maximum', 'minimum'] as const) {
    it.each(shapes)(`${name} of %j and %j has the gradients of its reference`, (first, second) =>
      checkGradient({
        device,
        shapes: [first, second],
        operation: (a, b) => operations[name](a!, b!),
        reference: (a, b) => binaryReference(binary[name], repeated(a!, first), repeated(b!, second)),
      }),
    );
  }

  it.each(shapes)('div and pow of %j and %j', async (first, second) => {
    for (const name of ['div', 'pow'] as const)
      await checkGradient({
        device,
        shapes: [first, second],
        operation: (a, b) => operations[name](attune.exp(a!), attune.sigmoid(b!)),
        reference: (a, b) =>
          binaryReference(
            binary[name],
            repeated(a!.map(Math.exp), first),
            repeated(unaryReference(sigmoid, b!), second),
          ),
      });
  });

  it.each(['add', 'sub', 'mul', 'div', 'maximum', 'pow'] as const)('%s takes numbers on both sides', async (name) => {
    const positive = (x: Float64Array) => x.map(Math.exp);
    await checkGradient({
      device,
      shapes: [[7]],
      operation: (a) => operations[name](attune.exp(a!), 1.5),
      reference: (a) => binaryReference(binary[name], positive(a!), 1.5),
    });
    await checkGradient({
      device,
      shapes: [[7]],
      operation: (a) => operations[name](1.5, attune.exp(a!)),
      reference: (a) => binaryReference(binary[name], 1.5, positive(a!)),
    });
  });

  it('has the gradients of PyTorch where powers and extrema have none', async () => {
    const a = attune.tensor([0, 0, 0, 2, -2], { shape: [5], device, requiresGrad: true });
    const b = attune.tensor([0, 1, 2, 0, 2], { shape: [5], device, requiresGrad: true });
    attune.sum(attune.pow(a, b)).backward();
    expect([...(await a.grad!.data())]).toEqual([0, 1, 0, 0, -4]);
    const slopes = [...(await b.grad!.data())];
    expect(slopes.slice(0, 3)).toEqual([0, 0, 0]);
    expect(slopes[3]).toBeCloseTo(Math.LN2, 6);
    expect(slopes[4]).toBeNaN();
    const [x, y] = [
      [1, 2, 3],
      [1, 3, 2],
    ].map((values) => attune.tensor(values, { shape: [3], device, requiresGrad: true }));
    attune.sum(attune.maximum(x!, y!)).backward();
    expect([...(await x!.grad!.data())]).toEqual([0.5, 0, 1]);
    expect([...(await y!.grad!.data())]).toEqual([0.5, 1, 0]);
  });

  it('compares, and joins what was compared', async () => {
    const x = attune.tensor([1, 2, 3], { shape: [3], device });
    const y = attune.tensor([2], { shape: [1], device });
    const values = async (name: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge') => [...(await operations[name](x, y).data())];
    expect(await values('eq')).toEqual([0, 1, 0]);
    expect(await values('ne')).toEqual([1, 0, 1]);
    expect(await values('lt')).toEqual([1, 0, 0]);
    expect(await values('le')).toEqual([1, 1, 0]);
    expect(await values('gt')).toEqual([0, 0, 1]);
    expect(await values('ge')).toEqual([0, 1, 1]);
    const both = attune.logicalAnd(attune.gt(x, 1), attune.lt(x, 3));
    expect([both.dtype, ...(await both.data())]).toEqual(['bool', 0, 1, 0]);
    expect([...(await attune.logicalOr(both, attune.eq(x, 1)).data())]).toEqual([1, 1, 0]);
  });

  it('raises whole numbers to whole powers, which wrap', async () => {
    const whole = attune.tensor(Int32Array.of(0, 1, -1, 3, 70_000));
    const powers = async (power: attune.Tensor) => [power.dtype, ...(await power.data())];
    expect(await powers(attune.pow(whole, 2))).toEqual(['i32', 0, 1, 1, 9, (70_000 ** 2) | 0]);
    expect(await powers(attune.pow(-2, attune.abs(whole)))).toEqual(['i32', 1, -2, -2, -8, 0]);
    expect(await powers(attune.pow(whole, attune.tensor(Int32Array.of(-3))))).toEqual(['i32', 0, 1, -1, 0, 0]);
    expect(await powers(attune.pow(attune.cast(whole, 'u32'), 3))).toEqual([
      'u32',
      0,
      1,
      2 ** 32 - 1,
      27,
      3_911_741_440,
    ]);
    expect((await powers(attune.pow(whole, 0.5))).slice(0, 3)).toEqual(['f32', 0, 1]);
    expect(() => attune.pow(whole, -1)).toThrow(
      "pow: a is of i32 and b is -1; whole numbers have no negative powers, so use cast(a, 'f32')",
    );
  });

  it('goes in a straight line from one to the other', async () => {
    await checkGradient({
      device,
      shapes: [[3, 2], [2], [3, 1]],
      operation: (a, b, w) => attune.lerp(a!, b!, w!),
      reference: (a, b, w) => a!.map((x, at) => x + (w![Math.floor(at / 2)] as number) * ((b![at % 2] as number) - x)),
    });
    const [start, end] = [0.1, 0.7].map((value) => attune.tensor([value], { shape: [1], device }));
    expect(await attune.lerp(start!, end!, 1).item()).toBe(Math.fround(0.7));
    expect(await attune.lerp(start!, end!, 0).item()).toBe(Math.fround(0.1));
    const weights = attune.tensor([0, 1]);
    expect([...(await attune.lerp(start!, end!, weights).data())]).toEqual([0.1, 0.7].map(Math.fround));
  });

  it('takes from one or the other by a condition', async () => {
    const condition = attune.tensor([1, 0, 1], { shape: [3], dtype: 'bool', device });
    await checkGradient({
      device,
      shapes: [[2, 1], [3]],
      operation: (a, b) => attune.where(condition, a!, b!),
      reference: (a, b) =>
        Float64Array.from({ length: 6 }, (_, at) => (at % 3 === 1 ? b![1]! : a![Math.floor(at / 3)]!)),
    });
    const x = attune.tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3], device, requiresGrad: true });
    const filled = attune.maskedFill(x, condition, -Infinity);
    expect([...(await filled.data())]).toEqual([-Infinity, 2, -Infinity, -Infinity, 5, -Infinity]);
    attune.sum(attune.maskedFill(x, condition, 0)).backward();
    expect([...(await x.grad!.data())]).toEqual([0, 1, 0, 0, 1, 0]);
    expect(attune.where(condition, condition, condition).dtype).toBe('bool');
    expect([...(await attune.maskedFill(condition, condition, 7).data())]).toEqual([1, 0, 1]);
  });

  it('keeps types, and whole numbers where PyTorch does', async () => {
    const whole = attune.tensor(Int32Array.of(7, -7), { shape: [2], device });
    expect([attune.add(whole, 2).dtype, ...(await attune.add(whole, 2).data())]).toEqual(['i32', 9, -5]);
    expect([attune.div(whole, 2).dtype, ...(await attune.div(whole, 2).data())]).toEqual(['f32', 3.5, -3.5]);
    expect([...(await attune.mul(whole, 0.5).data())]).toEqual([3.5, -3.5]);
    const mask = attune.tensor([true, false]);
    const chosen = attune.where(mask, whole, 0.5);
    expect([chosen.dtype, ...(await chosen.data())]).toEqual(['f32', 7, 0.5]);
    expect([...(await attune.where(mask, -Infinity, whole).data())]).toEqual([-Infinity, -7]);
    expect([attune.where(mask, whole, -1).dtype, ...(await attune.where(mask, whole, -1).data())]).toEqual([
      'i32',
      7,
      -1,
    ]);
    // @ts-expect-error lerp takes floats.
    expect(() => attune.lerp(whole, whole, 1)).toThrow(/lerp: start must be a tensor of f32 or f16; it is one of i32/);
    const half = attune.cast(attune.tensor([1, 2], { shape: [2], device }), 'f16');
    expect(attune.sub(1, half).dtype).toBe('f16');
  });

  it('repeats nothing to nothing', async () => {
    const empty = attune.tensor([], { shape: [0, 3], device, requiresGrad: true });
    const row = attune.tensor([1, 2, 3], { shape: [3], device, requiresGrad: true });
    const result = attune.mul(empty, row);
    expect([result.shape, (await result.data()).length]).toEqual([[0, 3], 0]);
    attune.sum(result).backward();
    expect([...(await row.grad!.data())]).toEqual([0, 0, 0]);
  });

  it.each<[number, 'lt' | 'gt', Int32Array | Uint32Array]>([
    [2 ** 31, 'lt', Int32Array.of(2 ** 31 - 1, 0, -(2 ** 31))],
    [-(2 ** 31) - 1, 'gt', Int32Array.of(2 ** 31 - 1, 0, -(2 ** 31))],
    [2 ** 32, 'lt', Uint32Array.of(2 ** 32 - 1, 0)],
    [-1, 'gt', Uint32Array.of(2 ** 32 - 1, 0)],
  ])('compares with %d, beyond all of them', async (number, holds, values) => {
    const whole = attune.tensor(values, { device });
    for (const [name, isTrue] of Object.entries({ lt: holds === 'lt', gt: holds === 'gt', eq: false, ne: true })) {
      const { [name as 'lt']: compare } = attune;
      expect([...(await compare(whole, number).data())]).toEqual([...values].map(() => Number(isTrue)));
      const turned = { lt: holds === 'gt', gt: holds === 'lt' }[name] ?? isTrue;
      expect([...(await compare(number, whole).data())]).toEqual([...values].map(() => Number(turned)));
    }
  });

  it('says what does not fit', () => {
    const x = attune.tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3], device });
    const y = attune.tensor([1, 2], { shape: [2], device });
    expect(() => attune.sub(x, y)).toThrow(
      'sub: b has the shape [2], which does not broadcast to [2, 3]: dimension -1 is 2 and 3; one of them must be 1, or both equal',
    );
    expect(() => attune.sub(x, attune.gt(x, 1) as never)).toThrow(
      'sub: a is of f32 and b of bool; use cast() on one of them',
    );
    // @ts-expect-error Only add and mul mix f32 with f16.
    expect(() => attune.sub(x, attune.cast(x, 'f16'))).toThrow(/a is of f32 and b of f16; use cast/);
    expect(() => attune.sub(x, '1' as never)).toThrow(/sub: b must be a Tensor or a number; got "1"/);
    expect(() => attune.add(1, 2)).toThrow('add: a and b are numbers; one must be a Tensor');
    // @ts-expect-error bool is not a numeric type.
    expect(() => attune.mul(attune.gt(x, 1), 2)).toThrow(/mul: bool is not a numeric type/);
    // @ts-expect-error A condition is of bool.
    expect(() => attune.where(x, 1, x)).toThrow(/where: condition must be a tensor of bool/);
    const whole = attune.cast(x, 'i32');
    expect(() => attune.where(attune.gt(x, 1), 2 ** 31, whole)).toThrow(
      'where: a is 2147483648, which i32 does not hold; use cast() on the tensor',
    );
    expect(() => attune.where(attune.gt(x, 1), attune.cast(whole, 'u32'), -1)).toThrow(
      'where: b is -1, which u32 does not hold',
    );
    const gone = attune.exp(x);
    gone.dispose();
    expect(() => attune.sub(gone, 1)).toThrow(/memory was released/);
  });
});
