import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { toHalfBits } from '../../testing/half.ts';
import { fill } from './index.ts';
import { fillReference } from './reference.ts';

describe('fill', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  it.each([1, 3, 17, 63, 65, 129, 512, 70_000])('writes %i elements of every type', async (length) => {
    const [single, half, signed, unsigned] = [
      gpu.allocate('f32', length, 'single'),
      gpu.allocate('f16', length, 'half'),
      gpu.allocate('i32', length, 'signed'),
      gpu.allocate('u32', length, 'unsigned'),
    ];
    fill(gpu, { output: single, value: 0.1, length });
    fill(gpu, { output: half, value: -1.5, length });
    fill(gpu, { output: signed, value: -100, length });
    fill(gpu, { output: unsigned, value: 0xfffffffe, length });
    expect(await gpu.read(single)).toEqual(Float32Array.from(fillReference(0.1, length)));
    expect(await gpu.read(half)).toEqual(toHalfBits(fillReference(-1.5, length)));
    expect(await gpu.read(signed)).toEqual(Int32Array.from(fillReference(-100, length)));
    expect(await gpu.read(unsigned)).toEqual(Uint32Array.from(fillReference(0xfffffffe, length)));
    for (const array of [single, half, signed, unsigned]) gpu.release(array);
  });

  it('leaves what follows the array unchanged', async () => {
    const array = gpu.upload(new Float32Array(10).fill(7), 'f32', 'array');
    fill(gpu, { output: array, value: 1, length: 5 });
    expect(await gpu.read(array)).toEqual(Float32Array.of(1, 1, 1, 1, 1, 7, 7, 7, 7, 7));
  });

  it('compiles in every type and width', async () => {
    await compileOnNull((nullGpu) => {
      for (const type of ['f32', 'f16', 'i32', 'u32'] as const) {
        for (const length of [7, 8]) fill(nullGpu, { output: nullGpu.allocate(type, 8, 'output'), value: 1, length });
      }
    });
  });
});
