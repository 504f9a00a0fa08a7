import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu, GpuArray } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { argReduce, reduce, reduceBackward } from './index.ts';
import type { ReducedShape } from './index.ts';
import type { ReduceMember } from './member.ts';
import { reduceGradients, reduceMembers } from './members.ts';
import type { ReduceName } from './members.ts';
import {
  argReduceReference,
  productGradientReference,
  reduceGradientReferences,
  reduceReferences,
  rowsOf,
} from './reference.ts';

const names = Object.keys(reduceMembers) as ReduceName[];
const gradientNames = Object.keys(reduceGradients) as (keyof typeof reduceGradients)[];
const shapes: ReducedShape[] = [
  { outer: 1, length: 1, inner: 1 },
  { outer: 3, length: 7, inner: 5 },
  { outer: 2, length: 128, inner: 1 },
  { outer: 2, length: 129, inner: 3 },
  { outer: 1, length: 9001, inner: 1 },
  { outer: 65, length: 2, inner: 70 },
  { outer: 2, length: 300, inner: 8 },
  { outer: 3, length: 68, inner: 1 },
  { outer: 130, length: 256, inner: 1 },
];
const words = ({ outer, length, inner }: ReducedShape) => `[${outer}, ${length}, ${inner}]`;

/**
 * In f32: parts of a row take every parts-th element, and their sums are summed in the same way.
 */
function sumInStages(row: readonly number[]): number {
  const parts = row.length <= 128 ? 1 : Math.ceil(row.length / 64);
  const sums = Array.from({ length: parts }, (_, part) =>
    row.filter((_element, place) => place % parts === part).reduce((total, value) => Math.fround(total + value)),
  );
  return parts === 1 ? (sums[0] as number) : sumInStages(sums);
}

const parameters = { factor: 0.75, power: 3 };
const isCentered = (name: ReduceName) => (reduceMembers[name] as Partial<ReduceMember>).centered === true;

describe('reduce', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  /** Values near 1, so that products stay in range, some of them equal, some zero. */
  function values(count: number): Float64Array {
    const drawn = normalNumbers(count, 1, { mean: 1, deviation: 0.01 });
    return rounded(
      drawn.map((value, index) => (index % 11 === 3 ? -value : index % 17 === 5 ? 0 : value)),
      'f32',
    );
  }

  async function check(name: ReduceName, shape: ReducedShape, data: Float64Array, type: 'f32' | 'f16' = 'f32') {
    const count = shape.outer * shape.inner;
    const input = rounded(data, type);
    const given = uploadFloats(gpu, input, type, 'input');
    const rows = rowsOf(input, shape);
    // An element of each row, so that some elements equal it.
    const middles = Float64Array.from(rows, (row) => (name === 'logSumExp' ? Math.max(...row) : Math.abs(row[0] ?? 0)));
    const center = isCentered(name) ? uploadFloats(gpu, middles, 'f32', 'center') : undefined;
    const output = staleOutput(gpu, count, 'f32', 'output');
    const run = async (joined: boolean) => {
      reduce(gpu, { member: name, input: given, output, ...(center && { center }), ...shape, ...parameters, joined });
      return readFloats(gpu, output, count);
    };
    const actual = await run(false);
    expect(await run(true)).toEqual(actual);
    const expected = rows.map((row, index) => reduceReferences[name](row, middles[index] as number, parameters));
    const size = rows.map((row) => Math.max(1, ...row.map(Math.abs)) ** 3 * (name === 'sum' ? row.length : 1));
    expectClose(actual, expected, { roundings: 64 + shape.length / 16, magnitude: size }, `${name} of ${words(shape)}`);
    return actual;
  }

  describe.each(names)('%s', (name) => {
    it.each(shapes)('of $outer x $length x $inner equals its reference', async (shape) => {
      const data = values(shape.outer * shape.length * shape.inner);
      const once = await check(name, shape, data);
      expect(await check(name, shape, data)).toEqual(once);
    });
    it('reads f16', () => check(name, { outer: 2, length: 33, inner: 2 }, values(132), 'f16').then(() => undefined));
    it('of nothing is its neutral element', async () => {
      const shape = { outer: 2, length: 0, inner: 1 };
      const expected = reduceReferences[name]([], 0, parameters);
      const output = staleOutput(gpu, 2, 'f32', 'output');
      const input = uploadFloats(gpu, [], 'f32', 'input');
      const center = isCentered(name) ? uploadFloats(gpu, [0, 0], 'f32', 'center') : undefined;
      reduce(gpu, { member: name, input, output, ...(center && { center }), ...shape, ...parameters });
      expect([...(await readFloats(gpu, output, 2))]).toEqual([expected, expected]);
    });
  });

  it.each(['maximum', 'minimum', 'sum', 'product', 'absoluteMaximum', 'any'] as const)(
    '%s of what is not finite is as in PyTorch',
    async (name) => {
      const shape = { outer: 4, length: 3, inner: 1 };
      const data = [1, NaN, 2, -Infinity, -Infinity, -Infinity, Infinity, 1, 2, NaN, 1, 5];
      const output = staleOutput(gpu, 4, 'f32', 'output');
      reduce(gpu, { member: name, input: uploadFloats(gpu, data, 'f32', 'input'), output, ...shape });
      const expected = rowsOf(data, shape).map((row) => reduceReferences[name](row, 0, { factor: 1, power: 2 }));
      expect([...(await readFloats(gpu, output, 4))]).toEqual(expected);
    },
  );

  it.each([-2, -0.5, 0.5, 3])('powers of %s of zeros and infinities are those of float64', async (power) => {
    const shape = { outer: 5, length: 3, inner: 1 };
    const data = [0, 2, 1, Infinity, 2, 1, 0, 0, 0, Infinity, -Infinity, Infinity, NaN, 0, 1];
    const output = staleOutput(gpu, 5, 'f32', 'output');
    reduce(gpu, { member: 'powers', power, input: uploadFloats(gpu, data, 'f32', 'input'), output, ...shape });
    const expected = rowsOf(data, shape).map((row) => reduceReferences.powers(row, 0, { factor: 1, power }));
    const read = await readFloats(gpu, output, 5);
    for (const [index, value] of expected.entries())
      if (Number.isFinite(value) && value !== 0) expectClose([read[index] as number], [value], { roundings: 40 });
      else expect(read[index]).toBe(value);
  });

  it('logSumExp of infinities and large numbers is as in PyTorch', async () => {
    const data = [-Infinity, -Infinity, Infinity, 1, 1e30, 1e30, 88, 89];
    const input = uploadFloats(gpu, data, 'f32', 'input');
    const center = uploadFloats(gpu, [-Infinity, Infinity, 1e30, 89], 'f32', 'center');
    const output = staleOutput(gpu, 4, 'f32', 'output');
    reduce(gpu, { member: 'logSumExp', input, output, center, outer: 4, length: 2, inner: 1 });
    const actual = await readFloats(gpu, output, 4);
    expect([...actual.subarray(0, 3)]).toEqual([-Infinity, Infinity, Math.fround(1e30)]);
    expectClose(actual.subarray(3), [89 + Math.log1p(Math.exp(-1))], { roundings: 4 });
  });

  it.each([1, 3, 17, 63, 64, 65, 128, 129, 252, 256, 257, 300, 512, 768, 1001, 1024, 8192, 8260])(
    'sums %i elements in the order that the length alone decides, to the bit',
    async (length) => {
      for (const inner of [1, 4]) {
        const shape = { outer: 3, length, inner };
        const data = rounded(normalNumbers(3 * length * inner, 7), 'f32');
        const expected = rowsOf(data, shape).map(sumInStages);
        const [input, output] = [uploadFloats(gpu, data, 'f32', 'input'), staleOutput(gpu, 3 * inner, 'f32', 'output')];
        for (const joined of [undefined, false, true]) {
          reduce(gpu, { member: 'sum', input, output, joined, ...shape });
          expect([...(await readFloats(gpu, output, 3 * inner))]).toEqual(expected);
        }
      }
    },
  );

  it('keeps the sign of zeros, one or many', async () => {
    for (const length of [1, 4, 256]) {
      const input = uploadFloats(gpu, new Float64Array(length).fill(-0), 'f32', 'input');
      const output = staleOutput(gpu, 1, 'f32', 'output');
      reduce(gpu, { member: 'sum', input, output, outer: 1, length, inner: 1 });
      expect([...(await readFloats(gpu, output, 1))]).toEqual([-0]);
    }
  });

  it('counts whole numbers into whole numbers', async () => {
    const input = gpu.upload(Int32Array.of(1, 0, -3, 7, 0, 0), 'i32', 'input');
    const output = gpu.allocate('i32', 2, 'output');
    reduce(gpu, { member: 'sum', input, output, outer: 2, length: 3, inner: 1 });
    expect([...(await gpu.read(output))].slice(0, 2)).toEqual([-2, 7]);
    expect(() => reduce(gpu, { member: 'sum', input, output, outer: 2, length: 3, inner: 1, factor: 2 })).toThrow(
      /reduce by sum takes a factor of floats only; input \(input\) holds whole numbers/,
    );
  });

  describe.each(gradientNames)('gradient of %s', (name) => {
    it.each(shapes)('by $outer x $length x $inner equals its reference', async (shape) => {
      const [count, whole] = [shape.outer * shape.inner, shape.outer * shape.length * shape.inner];
      const input = values(whole);
      const rows = rowsOf(input, shape);
      const gradient = rounded(normalNumbers(count, 2), 'f32');
      const a = Float64Array.from(rows, (row) => Math.abs(row[0] as number) || 1);
      const b = gradient.map((_, index) => (index % 3 === 0 ? 2 : index % 3 === 1 ? 3 : 4));
      const arrays = [input, gradient, a, b].map((array) => uploadFloats(gpu, array, 'f32', 'array'));
      const [given, gradOutput, first, second] = arrays as [never, never, never, never];
      const gradInput = staleOutput(gpu, whole, 'f32', 'gradInput');
      const settings = { factor: 3, power: 3 };
      reduceBackward(gpu, { member: name, gradOutput, input: given, gradInput, first, second, ...shape, ...settings });
      const { length, inner } = shape;
      const expected = input.map((x, index) => {
        const row = Math.floor(index / inner / length) * inner + (index % inner);
        return reduceGradientReferences[name](x, gradient[row] as number, a[row] as number, b[row] as number, settings);
      });
      expectClose(await readFloats(gpu, gradInput, whole), expected, { roundings: 40, magnitude: 4 });
    });
  });

  // A row of 9001 is too long for the obvious way.
  it.each(shapes.filter(({ length }) => length < 1000))(
    'gradient of a product of $outer x $length x $inner equals its reference',
    async (shape) => {
      const [count, whole] = [shape.outer * shape.inner, shape.outer * shape.length * shape.inner];
      const input = values(whole);
      const gradient = rounded(normalNumbers(count, 2), 'f32');
      const [given, gradOutput] = [
        uploadFloats(gpu, input, 'f32', 'input'),
        uploadFloats(gpu, gradient, 'f32', 'gradOutput'),
      ];
      const expected = rowsOf(input, shape).map((row, index) =>
        productGradientReference(row, gradient[index] as number),
      );
      for (const productLanes of [1, 64] as const) {
        const gradInput = staleOutput(gpu, whole, 'f32', 'gradInput');
        reduceBackward(gpu, { member: 'product', gradOutput, input: given, gradInput, productLanes, ...shape });
        const actual = rowsOf(await readFloats(gpu, gradInput, whole), shape);
        expectClose(actual.flat(), expected.flat(), { roundings: 2 * shape.length, magnitude: 4 });
      }
    },
  );

  describe.each([true, false])('argReduce, as on a processor: %s,', (software) => {
    let profile: Gpu['profile'];
    beforeAll(() => {
      ({ profile } = gpu);
      Object.assign(gpu, { profile: { ...profile, software } });
    });
    afterAll(() => Object.assign(gpu, { profile }));

    async function checkNumbers(input: GpuArray, data: ArrayLike<number>, shape: ReducedShape) {
      for (const least of [false, true]) {
        const count = shape.outer * shape.inner;
        const output = gpu.upload(new Int32Array(count + 1).fill(-7), 'i32', 'output');
        argReduce(gpu, { input, output, least, ...shape });
        const expected = rowsOf(data, shape).map((row) => argReduceReference(row, least));
        expect([...(await gpu.read(output))].slice(0, count + 1), `${words(shape)}, least ${least}`).toEqual([
          ...expected,
          -7,
        ]);
      }
    }

    it.each([...shapes, { outer: 17, length: 4, inner: 1 }, { outer: 1, length: 4096, inner: 4 }])(
      'finds the first greatest and least of $outer x $length x $inner',
      async (shape) => {
        // Of few values, so that many are equal.
        const drawn = normalNumbers(shape.outer * shape.length * shape.inner, 3);
        const data = rounded(drawn, 'f16').map((value, index) =>
          index % 4001 === 1900 && shape.outer > 1
            ? NaN
            : index % 13 === 4
              ? Infinity
              : index % 19 === 7
                ? -Infinity
                : value,
        );
        for (const type of ['f32', 'f16'] as const)
          await checkNumbers(uploadFloats(gpu, data, type, 'input'), data, shape);
      },
    );

    it('finds the first greatest and least of whole numbers, to the last bit', async () => {
      const shape = { outer: 3, length: 260, inner: 1 };
      const signed = Int32Array.from({ length: 780 }, (_, index) => Math.imul(index, 0x9e3779b1));
      signed.set([-(2 ** 31), 2 ** 31 - 1, 2 ** 31 - 1, -(2 ** 31)], 100);
      const unsigned = new Uint32Array(signed.buffer);
      await checkNumbers(gpu.upload(signed, 'i32', 'input'), signed, shape);
      await checkNumbers(gpu.upload(unsigned, 'u32', 'input'), unsigned, shape);
      await checkNumbers(gpu.upload(new Int32Array(780).fill(-(2 ** 31)), 'i32', 'input'), new Int32Array(780), shape);
    });
  });

  it('takes one dispatch for few elements on software adapters, where GPUs take two', () => {
    const dispatchesOf = (shape: ReducedShape) => {
      const input = gpu.allocate('f32', shape.outer * shape.length * shape.inner, 'input');
      const output = gpu.allocate('f32', shape.outer * shape.inner, 'output');
      const { dispatches } = gpu.statistics;
      reduce(gpu, { member: 'sum', input, output, ...shape });
      return gpu.statistics.dispatches - dispatches;
    };
    const few = gpu.profile.software ? 1 : 2;
    expect(dispatchesOf({ outer: 256, length: 256, inner: 1 })).toBe(few);
    expect(dispatchesOf({ outer: 1, length: 256, inner: 256 })).toBe(few);
    expect(dispatchesOf({ outer: 512, length: 256, inner: 1 })).toBe(few);
    expect(dispatchesOf({ outer: 1, length: 4096, inner: 1 })).toBe(few);
    expect(dispatchesOf({ outer: 1, length: 4095, inner: 1 })).toBe(2);
    expect(dispatchesOf({ outer: 1, length: 1024, inner: 512 })).toBe(2);
  });

  it('names what does not fit', () => {
    const [input, output] = [gpu.allocate('f32', 4, 'short one'), gpu.allocate('f32', 4, 'output')];
    const shape = { outer: 1, length: 5, inner: 1 };
    expect(() => reduce(gpu, { member: 'sum', input, output, ...shape })).toThrow(
      /reduce by sum: input \(short one\) has 4 elements; \[outer 1, length 5, inner 1\] needs 5/,
    );
    expect(() => reduce(gpu, { member: 'variance', input, output, ...shape, length: 4 })).toThrow(/needs a center/);
    expect(() => reduce(gpu, { member: 'median' as never, input, output, ...shape })).toThrow(
      "reduce: member must be one of 'sum', 'product'",
    );
    expect(() => argReduce(gpu, { input, output, ...shape, length: 0 })).toThrow(/length is 0/);
  });

  it('compiles every member in every type', () =>
    compileOnNull((nullGpu) => {
      for (const type of ['f32', 'f16'] as const) {
        const array = (label: string, elementType: 'f32' | 'f16' | 'i32' = type) =>
          nullGpu.allocate(elementType, 512, label);
        const shape = { outer: 1, length: 200, inner: 2 };
        const [input, output, center] = [array('input'), array('output'), array('center')];
        for (const member of names)
          reduce(nullGpu, { member, input, output, ...(isCentered(member) && { center }), ...shape });
        for (const member of [...gradientNames, 'product'] as const)
          reduceBackward(nullGpu, {
            member,
            gradOutput: output,
            input,
            gradInput: center,
            first: output,
            second: output,
            ...shape,
          });
        for (const least of [false, true])
          argReduce(nullGpu, { input, output: array('numbers', 'i32'), least, ...shape });
      }
    }));
});
