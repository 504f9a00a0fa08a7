import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelArgumentError, openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { accumulate, add, multiply, scale, scaleRepeated } from './index.ts';
import { accumulateReference, addReference, multiplyReference, scaleReference } from './reference.ts';

const lengths = [1, 3, 17, 63, 65, 129, 512, 1028, 5000];
const types: FloatType[] = ['f32', 'f16'];

describe('element-wise kernels', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  for (const type of types) {
    it.each(lengths)(`equal the reference over %i elements of ${type}`, async (length) => {
      const a = rounded(normalNumbers(length, 1, { deviation: 10 }), type);
      const b = rounded(normalNumbers(length, 2), type);
      const [first, second] = [uploadFloats(gpu, a, type, 'a'), uploadFloats(gpu, b, type, 'b')];
      const output = staleOutput(gpu, length, type, 'output');
      add(gpu, { a: first, b: second, output, length });
      expectClose(await readFloats(gpu, output, length), addReference(a, b), { type, roundings: 1 }, 'add');
      multiply(gpu, { a: first, b: second, output, length });
      expectClose(await readFloats(gpu, output, length), multiplyReference(a, b), { type, roundings: 1 }, 'multiply');
      scale(gpu, { input: first, output, factor: 0.125, length });
      expectClose(await readFloats(gpu, output, length), scaleReference(a, 0.125), { type, roundings: 1 }, 'scale');
      accumulate(gpu, { target: first, value: second, factor: -2, length });
      expectClose(
        await readFloats(gpu, first, length),
        accumulateReference(a, b, -2),
        { type, roundings: 1 },
        'accumulate',
      );
      for (const array of [first, second, output]) gpu.release(array);
    });
  }

  it.each([
    { extents: [3, 5], strides: [1, 0] },
    { extents: [7, 64], strides: [1, 0] },
    { extents: [7, 64], strides: [0, 1] },
    { extents: [129], strides: [0] },
    { extents: [2, 3, 8], strides: [3, 1, 0] },
  ])('scale what repeats: $extents by steps of $strides', async ({ extents, strides }) => {
    const length = extents.reduce((product, extent) => product * extent, 1);
    const places = Array.from({ length }, (_, index) => {
      let [rest, place] = [index, 0];
      for (const [axis, extent] of [...extents.entries()].toReversed()) {
        place += (rest % extent) * (strides[axis] as number);
        rest = Math.floor(rest / extent);
      }
      return place;
    });
    const values = rounded(normalNumbers(Math.max(...places) + 1, 5), 'f32');
    for (const type of types) {
      const [input, output] = [uploadFloats(gpu, values, 'f32', 'input'), staleOutput(gpu, length, type, 'output')];
      scaleRepeated(gpu, { input, output, factor: 1 / 3, length, broadcast: { extents, strides: { input: strides } } });
      const expected = scaleReference(
        Float64Array.from(places, (place) => values[place] as number),
        1 / 3,
      );
      expectClose(await readFloats(gpu, output, length), expected, { type, roundings: 2 });
    }
  });

  it('write f32 from f16, mixed', async () => {
    const a = rounded(normalNumbers(65, 3), 'f16');
    const b = rounded(normalNumbers(65, 4), 'f32');
    const output = staleOutput(gpu, 65, 'f32', 'output');
    add(gpu, { a: uploadFloats(gpu, a, 'f16', 'a'), b: uploadFloats(gpu, b, 'f32', 'b'), output, length: 65 });
    expectClose(await readFloats(gpu, output, 65), addReference(a, b), { roundings: 1 });
  });

  it('name the kernel, the array and the sizes when something does not fit', () => {
    const short = gpu.allocate('f32', 3, 'short one');
    const long = gpu.allocate('f32', 8, 'long one');
    const integers = gpu.allocate('i32', 8, 'integers');
    expect(() => add(gpu, { a: long, b: short, output: gpu.allocate('f32', 8, 'sum'), length: 8 })).toThrow(
      KernelArgumentError,
    );
    expect(() => add(gpu, { a: long, b: short, output: gpu.allocate('f32', 8, 'sum'), length: 8 })).toThrow(
      /add: b \(short one\) has 3 elements; \[length 8\] needs 8/,
    );
    expect(() => scale(gpu, { input: integers, output: long, factor: 1, length: 8 })).toThrow(
      /scale: input \(integers\) holds i32; it must hold f32 or f16/,
    );
    expect(() => scale(gpu, { input: long, output: long, factor: 1, length: 8 })).toThrow(
      /scale: long one is written and shares memory/,
    );
    expect(() => scale(gpu, { input: long, output: short, factor: 1, length: 1.5 })).toThrow(
      /scale: length must be a whole number from 0 to 4294967295; got 1.5/,
    );
  });

  it('compile in every type and width', async () => {
    await compileOnNull((nullGpu) => {
      for (const type of types) {
        for (const length of [7, 8]) {
          const [a, b, output] = [
            nullGpu.allocate(type, 8, 'a'),
            nullGpu.allocate('f32', 8, 'b'),
            nullGpu.allocate(type, 8, 'output'),
          ];
          add(nullGpu, { a, b, output, length });
          multiply(nullGpu, { a, b, output, length });
          scale(nullGpu, { input: a, output, factor: 2, length });
          accumulate(nullGpu, { target: a, value: b, length });
        }
      }
    });
  });
});
