import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers, uniformNumbers } from '../../testing/numbers.ts';
import { argSort } from '../argSort/index.ts';
import { gather, scatterAdd } from './index.ts';
import { gatherReference, scatterAddReference } from './reference.ts';

const shapes = [
  { outer: 1, length: 1, places: 1, inner: 1 },
  { outer: 3, length: 4, places: 0, inner: 2 },
  { outer: 3, length: 4, places: 7, inner: 5 },
  { outer: 2, length: 100, places: 3, inner: 1 },
  { outer: 2, length: 3, places: 500, inner: 2 },
];

/** Elements of each index in ascending order, in sums of 64 that are added one after the other. */
function inSumsOf64(
  values: Float32Array,
  numbers: Int32Array,
  { outer, length, places, inner }: { outer: number; length: number; places: number; inner: number },
): number[] {
  return Array.from({ length: outer * length * inner }, (_, goal) => {
    const [row, column] = [Math.floor(goal / inner / length), goal % inner];
    const elements = Array.from({ length: places }, (_place, place) => (row * places + place) * inner + column).filter(
      (element) => numbers[element] === Math.floor(goal / inner) % length,
    );
    let sum = 0;
    for (let first = 0; first < elements.length; first += 64) {
      const part = elements
        .slice(first, first + 64)
        .reduce((total, element) => Math.fround(total + (values[element] as number)), 0);
      sum = Math.fround(sum + part);
    }
    return sum;
  });
}

describe('gather', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  describe.each(['f32', 'f16'] as const)('of %s', (type) => {
    it.each(shapes)('$outer x $length x $inner by $places numbers, and back, equals its reference', async (shape) => {
      const [whole, chosen] = [shape.outer * shape.length * shape.inner, shape.outer * shape.places * shape.inner];
      const random = uniformNumbers(3);
      const numbers = Int32Array.from({ length: Math.max(1, chosen) }, () => Math.floor(random() * shape.length));
      const index = gpu.upload(numbers, 'i32', 'index');
      const input = rounded(normalNumbers(whole, 1), type);
      const output = staleOutput(gpu, chosen, type, 'output');
      gather(gpu, { input: uploadFloats(gpu, input, type, 'input'), index, output, ...shape });
      const taken = [...(await readFloats(gpu, output, chosen))];
      expect(taken).toEqual([...gatherReference(input, numbers, shape)]);

      const gradient = rounded(normalNumbers(chosen, 2), type);
      const order = gpu.allocate('i32', Math.max(1, chosen), 'order');
      argSort(gpu, { input: index, output: order, outer: shape.outer, length: shape.places, inner: shape.inner });
      const sums = staleOutput(gpu, whole, 'f32', 'sums');
      const run = () =>
        scatterAdd(gpu, { input: uploadFloats(gpu, gradient, type, 'gradient'), index, order, output: sums, ...shape });
      run();
      const first = await readFloats(gpu, sums, whole);
      const expected = scatterAddReference(gradient, numbers, shape);
      expectClose(first, expected, { roundings: 64, magnitude: 20 }, 'sums');
      run();
      expect(await readFloats(gpu, sums, whole)).toEqual(first);
    });
  });

  // Eight columns and more are dealt by rows, in vectors where they are a multiple of four.
  describe.each(['f32', 'f16'] as const)('of rows of %s', (type) => {
    it.each([
      { outer: 1, length: 5, places: 3, inner: 8 },
      { outer: 2, length: 4, places: 300, inner: 9 },
      { outer: 3, length: 129, places: 65, inner: 63 },
      { outer: 1, length: 17, places: 1, inner: 2052 },
      { outer: 2, length: 3, places: 0, inner: 8 },
      // Few places, which need no order.
      { outer: 3, length: 70, places: 64, inner: 12 },
      { outer: 1, length: 2, places: 33, inner: 1100 },
    ])('$outer x $length x $inner by $places numbers, and back, equals its reference', async (shape) => {
      const { outer, length, places, inner } = shape;
      const random = uniformNumbers(3);
      const chosen = Int32Array.from({ length: Math.max(1, places) }, () => Math.floor(random() * (length + 1)) - 1);
      const numbers = Int32Array.from(
        { length: outer * places * inner },
        (_, element) => chosen[Math.floor(element / inner) % places] as number,
      );
      const index = gpu.upload(chosen, 'i32', 'index');
      const strides = { outer: 0, place: 1, inner: 0 };
      const input = rounded(normalNumbers(outer * length * inner, 1), type);
      const output = staleOutput(gpu, numbers.length, type, 'output');
      gather(gpu, { input: uploadFloats(gpu, input, type, 'input'), index, output, ...shape, strides });
      expect([...(await readFloats(gpu, output, numbers.length))]).toEqual([...gatherReference(input, numbers, shape)]);
      const gradient = rounded(normalNumbers(numbers.length, 2), type);
      const order = gpu.allocate('i32', Math.max(1, places), 'order');
      argSort(gpu, { input: index, output: order, outer: 1, length: places, inner: 1 });
      const sums = staleOutput(gpu, input.length, 'f32', 'sums');
      const given = uploadFloats(gpu, gradient, type, 'gradient');
      scatterAdd(gpu, { input: given, index, order, output: sums, ...shape, strides });
      const expected = scatterAddReference(gradient, numbers, shape);
      const sorted = await readFloats(gpu, sums, input.length);
      expectClose(sorted, expected, { roundings: 64, magnitude: 20 }, 'sums');
      if (places > 64) return;
      const unsorted = staleOutput(gpu, input.length, 'f32', 'unsorted');
      scatterAdd(gpu, { input: given, index, output: unsorted, ...shape, strides });
      expect(await readFloats(gpu, unsorted, input.length)).toEqual(sorted);
    });
  });

  it.each([
    { places: 65, inner: 8, strides: { outer: 0, place: 1, inner: 0 } },
    { places: 2, inner: 7, strides: { outer: 0, place: 1, inner: 0 } },
    { places: 2, inner: 8, strides: undefined },
  ])('asks for the order of %o', ({ places, inner, strides }) => {
    const [input, output] = [gpu.allocate('f32', places * inner, 'input'), gpu.allocate('f32', 4 * inner, 'output')];
    const index = gpu.allocate('i32', places * inner, 'index');
    expect(() => scatterAdd(gpu, { input, index, output, outer: 1, length: 4, places, inner, strides })).toThrow(
      'scatterAdd: order is missing; only an index that serves rows of at least 8 elements',
    );
  });

  it('takes one index for all rows and columns', async () => {
    const shape = { outer: 2, length: 3, places: 2, inner: 2 };
    const input = uploadFloats(
      gpu,
      Array.from({ length: 12 }, (_, index) => index),
      'f32',
      'input',
    );
    const index = gpu.upload(Uint32Array.of(2, 0), 'u32', 'index');
    const output = staleOutput(gpu, 8, 'f32', 'output');
    gather(gpu, { input, index, output, ...shape, strides: { outer: 0, place: 1, inner: 0 } });
    expect([...(await readFloats(gpu, output, 8))]).toEqual([4, 5, 0, 1, 10, 11, 6, 7]);
  });

  // Parts are whole sums of 64, and of 64 such sums where there are at least 8192.
  it.each([
    { outer: 2, length: 3, places: 8191, inner: 1, shared: false, equal: true },
    { outer: 2, length: 2, places: 8191, inner: 8, shared: true, equal: true },
    { outer: 1, length: 5, places: 20000, inner: 3, shared: false, equal: false },
    { outer: 3, length: 9, places: 700, inner: 2, shared: true, equal: false },
    { outer: 1, length: 2, places: 33000, inner: 1, shared: true, equal: true },
    // An axis that is not much shorter than the lists: bounds are found by neighbours.
    { outer: 1, length: 600, places: 9000, inner: 1, shared: false, equal: true },
  ])('adds many that have one index, as %o', async ({ shared, equal, ...shape }) => {
    const { outer, length, places, inner } = shape;
    const random = uniformNumbers(3);
    const lists = shared ? 1 : outer * inner;
    // Some lie before and behind the axis.
    const draw = () => (equal && random() < 0.999 ? 1 : Math.floor(random() * (length + 2)) - 1);
    const chosen = Int32Array.from({ length: places * lists }, draw);
    const numbers = Int32Array.from({ length: outer * places * inner }, (_, element) =>
      shared ? (chosen[Math.floor(element / inner) % places] as number) : (chosen[element] as number),
    );
    const index = gpu.upload(chosen, 'i32', 'index');
    const strides = shared ? { outer: 0, place: 1, inner: 0 } : undefined;
    const order = gpu.allocate('i32', chosen.length, 'order');
    argSort(gpu, {
      input: index,
      output: order,
      ...(shared ? { outer: 1, inner: 1 } : { outer, inner }),
      length: places,
    });
    const values = Float32Array.from(normalNumbers(numbers.length, 2));
    const sums = staleOutput(gpu, outer * length * inner, 'f32', 'sums');
    const run = async () => {
      scatterAdd(gpu, { input: gpu.upload(values, 'f32', 'input'), index, order, output: sums, ...shape, strides });
      return readFloats(gpu, sums, outer * length * inner);
    };
    const first = await run();
    expectClose(first, scatterAddReference(values, numbers, shape), { roundings: 128, magnitude: 400 }, 'sums');
    expect(await run()).toEqual(first);
    if (places < 8192) expect([...first]).toEqual(inSumsOf64(values, numbers, shape));
  });

  it('gives NaN for numbers outside, and sends nothing there', async () => {
    const shape = { outer: 1, length: 2, places: 4, inner: 1 };
    const index = gpu.upload(Int32Array.of(-1, 2, 1, 2 ** 31 - 1), 'i32', 'index');
    const input = uploadFloats(gpu, [5, 6, 7, 8], 'f32', 'input');
    const output = staleOutput(gpu, 4, 'f32', 'output');
    gather(gpu, { input, index, output, ...shape });
    expect([...(await readFloats(gpu, output, 4))]).toEqual([NaN, NaN, 6, NaN]);
    const order = gpu.upload(Int32Array.of(0, 2, 1, 3), 'i32', 'order');
    const sums = staleOutput(gpu, 2, 'f32', 'sums');
    scatterAdd(gpu, { input, index, order, output: sums, ...shape });
    expect([...(await readFloats(gpu, sums, 2))]).toEqual([0, 7]);
  });

  it('names what does not fit', () => {
    const [input, output] = [gpu.allocate('f32', 8, 'input'), gpu.allocate('f32', 8, 'output')];
    const index = gpu.allocate('i32', 2, 'short index');
    expect(() => gather(gpu, { input, index, output, outer: 1, length: 4, places: 3, inner: 1 })).toThrow(
      /gather: index \(short index\) has 2 elements; \[numbers 3\] needs 3/,
    );
  });

  it('compiles for every type', () =>
    compileOnNull((nullGpu) => {
      const shape = { outer: 1, length: 4, places: 4, inner: 1 };
      for (const type of ['f32', 'f16', 'i32', 'u32'] as const) {
        for (const numbers of ['i32', 'u32'] as const) {
          const index = nullGpu.allocate(numbers, 4, 'index');
          for (const inner of [8, 9]) {
            const rows = { outer: 1, length: 2, places: 2, inner, index, strides: { outer: 0, place: 1, inner: 0 } };
            const [input, output] = [nullGpu.allocate(type, 18, 'input'), nullGpu.allocate(type, 18, 'output')];
            gather(nullGpu, { input, output, ...rows });
            if (type === 'f32' || type === 'f16')
              for (const order of [nullGpu.allocate('i32', 2, 'order'), undefined])
                scatterAdd(nullGpu, { input, output, order, ...rows });
          }
          const [input, output] = [nullGpu.allocate(type, 4, 'input'), nullGpu.allocate(type, 4, 'output')];
          gather(nullGpu, { input, index, output, ...shape });
          if (type !== 'f32' && type !== 'f16') continue;
          const order = nullGpu.allocate('i32', 4, 'order');
          scatterAdd(nullGpu, { input, index, order, output, ...shape });
          // Far more places than the axis is long, whose bounds are found by bisection.
          const many = { input: nullGpu.allocate(type, 64, 'input'), index: nullGpu.allocate(numbers, 64, 'index') };
          const sorted = nullGpu.allocate('i32', 64, 'order');
          scatterAdd(nullGpu, { ...many, order: sorted, output, ...shape, places: 64 });
        }
      }
    }));
});
