import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { ElementType, Gpu } from '../../index.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { fromHalfBits, toHalfBits } from '../../testing/half.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { cast } from './index.ts';
import { castReference } from './reference.ts';

const lengths = [1, 3, 17, 63, 65, 129, 512];
const types: ElementType[] = ['f32', 'f16', 'i32', 'u32'];

describe('cast', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  it.each(lengths)('converts %i elements between f32 and f16 exactly as IEEE rounding does', async (length) => {
    const values = normalNumbers(length, length, { deviation: 1000 });
    const [single, half, back] = [
      gpu.upload(values, 'f32', 'single'),
      gpu.allocate('f16', length, 'half'),
      gpu.allocate('f32', length, 'back'),
    ];
    cast(gpu, { input: single, output: half, length });
    cast(gpu, { input: half, output: back, length });
    expect(await gpu.read(half)).toEqual(toHalfBits(values));
    expect(await gpu.read(back)).toEqual(fromHalfBits(toHalfBits(values)));
  });

  it('overflows to infinity in f16 and keeps NaN', async () => {
    const values = Float32Array.of(1e5, -1e30, NaN, 65504, 6e-8, -0);
    const half = gpu.allocate('f16', values.length, 'half');
    cast(gpu, { input: gpu.upload(values, 'f32', 'values'), output: half, length: values.length });
    expect(fromHalfBits(await gpu.read(half))).toEqual(Float32Array.of(Infinity, -Infinity, NaN, 65504, 2 ** -24, -0));
  });

  it('truncates floats to integers and converts back', async () => {
    const values = Float32Array.of(1.9, -1.9, 1e6, -7, 0);
    const integers = gpu.allocate('i32', 5, 'integers');
    cast(gpu, { input: gpu.upload(values, 'f32', 'values'), output: integers, length: 5 });
    expect(await gpu.read(integers)).toEqual(Int32Array.from(castReference(values, 'i32')));
    const floats = gpu.allocate('f32', 5, 'floats');
    cast(gpu, { input: integers, output: floats, length: 5 });
    expect(await gpu.read(floats)).toEqual(Float32Array.of(1, -1, 1e6, -7, 0));
  });

  it('compiles between all types in both widths', async () => {
    await compileOnNull((nullGpu) => {
      for (const from of types) {
        for (const to of types) {
          for (const length of [7, 8])
            cast(nullGpu, {
              input: nullGpu.allocate(from, 8, 'input'),
              output: nullGpu.allocate(to, 8, 'output'),
              length,
            });
        }
      }
    });
  });
});
