import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../index.ts';
import type { Gpu } from '../index.ts';
import { collectGarbage } from '../platform/collectGarbage.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

/** In a function of its own, so that nothing on the stack keeps what it made. */
function makeAndForget(count: number, make: (index: number) => unknown): void {
  for (let index = 0; index < count; index++) make(index);
}

describe('memory that nothing reaches', () => {
  it.each([
    ['results', () => gpu.allocate('f32', 1000, 'result')],
    ['uploads', () => gpu.upload(new Float32Array(1000), 'f32', 'upload')],
    ['weights', () => gpu.allocatePersistent('f32', 1000, 'weight')],
    ['arrays side by side', () => gpu.allocateContiguous('f32', [64, 128], 'pair')],
    ['what was taken out of a scope', () => gpu.scope(() => gpu.retain(gpu.allocate('f32', 1000, 'result')))],
  ])('goes back: %s', async (_name, make) => {
    const { liveBytes, liveArrays } = gpu.memory;
    makeAndForget(20, make);
    expect(gpu.memory.liveBytes).toBeGreaterThan(liveBytes);
    await collectGarbage();
    expect(gpu.memory).toMatchObject({ liveBytes, liveArrays });
  });

  it('goes back in the middle of recording, and when the device is gone', async () => {
    const own = await openDevice();
    const makers = [
      () => own.allocate('f32', 1000, 'result'),
      () => own.allocatePersistent('f32', 1000, 'weight'),
      () => own.allocateContiguous('f32', [64, 128], 'pair'),
    ];
    const kept = own.allocate('f32', 64, 'kept');
    for (const make of makers) makeAndForget(3, make);
    own.clear(kept);
    await collectGarbage();
    own.clear(kept);
    expect([...((await own.read(kept)) as Float32Array)]).toEqual(Array(64).fill(0));
    expect(own.memory.liveArrays).toBe(1);
    for (const make of makers) makeAndForget(3, make);
    own.destroy();
    // What a finalizer throws would end the process.
    await collectGarbage();
    expect(own.memory.liveArrays).toBe(1);
    own.release(kept);
    expect(own.memory).toMatchObject({ liveBytes: 0, liveArrays: 0 });
  });

  it('stays while a view, or what was joined from it, is held', async () => {
    const { liveBytes } = gpu.memory;
    const view = gpu.allocate('f32', 1000, 'whole').view(64, 64);
    gpu.clear(view);
    await collectGarbage();
    expect(gpu.memory.liveBytes).toBeGreaterThan(liveBytes);
    expect([...((await gpu.read(view)) as Float32Array)]).toEqual(Array(64).fill(0));
  });

  it('goes back without a call, where the program waits for the GPU', async () => {
    const before = gpu.memory.liveBytes;
    const megabytes = 4;
    let most = 0;
    for (let round = 0; round < 60; round++) {
      makeAndForget(1, () => gpu.allocate('f32', megabytes * 2 ** 18, 'result'));
      await gpu.idle();
      most = Math.max(most, gpu.memory.liveBytes - before);
    }
    expect(most).toBeLessThan(100 * 2 ** 20);
  });
});
