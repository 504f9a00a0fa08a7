import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice, OutOfMemoryError, ReleasedArrayError, scale } from './index.ts';
import { joinContiguous } from './internal.ts';
import type { Gpu, GpuArray } from './index.ts';
import { clearWords } from './recording/copy/index.ts';

describe('Gpu', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  it('uploads, copies and reads back', async () => {
    const data = Float32Array.from({ length: 1001 }, (_, index) => index / 3);
    const source = gpu.upload(data, 'f32', 'source');
    const target = gpu.allocate('f32', 1001, 'target');
    gpu.copy(source, target);
    expect(await gpu.read(target)).toEqual(data);
    gpu.clear(target);
    expect(await gpu.read(target)).toEqual(new Float32Array(1001));
    gpu.release(source);
    gpu.release(target);
  });

  it('lays arrays in a row that can be joined, and frees the row with the last of them', async () => {
    const { liveBytes } = gpu.memory;
    const row = gpu.allocateContiguous('f32', [64, 128, 3], 'row');
    const [first, second, third] = row as [GpuArray, GpuArray, GpuArray];
    expect(gpu.memory.liveBytes - liveBytes).toBe(4 * (64 + 128 + 3));
    const whole = joinContiguous(row);
    expect(whole?.length).toBe(195);
    gpu.write(
      second,
      Float32Array.from({ length: 128 }, (_, index) => index),
    );
    const target = gpu.allocate('f32', 195, 'target');
    gpu.copy(whole as GpuArray, target);
    expect(await gpu.read(target)).toEqual(
      Float32Array.from({ length: 195 }, (_, index) => (index >= 64 && index < 192 ? index - 64 : 0)),
    );
    expect(joinContiguous([second, third])?.length).toBe(131);
    expect(joinContiguous([first, third])).toBeNull();
    expect(joinContiguous([second, first])).toBeNull();
    expect(joinContiguous([first, target])).toBeNull();
    gpu.release(first);
    gpu.release(third);
    expect(joinContiguous([first, second])).toBeNull();
    expect(await gpu.read(second)).toHaveLength(128);
    gpu.release(second);
    gpu.release(target);
    expect(gpu.memory.liveBytes).toBe(liveBytes);
    expect(() => gpu.allocateContiguous('f32', [3, 64], 'row')).toThrow(/multiple of 256 bytes/);
    expect(gpu.memory.liveBytes).toBe(liveBytes);
  });

  it('keeps odd numbers of 16-bit elements', async () => {
    const data = Uint16Array.from({ length: 7 }, (_, index) => index + 1);
    const array = gpu.upload(data, 'f16', 'halves');
    expect(await gpu.read(array)).toEqual(data);
    gpu.release(array);
  });

  it('copies an odd number of halves and leaves those behind them', async () => {
    for (const length of [1, 3, 7, 8, 255]) {
      const source = gpu.upload(
        Uint16Array.from({ length }, (_, index) => index + 1),
        'f16',
        'source',
      );
      const target = gpu.upload(new Uint16Array(300).fill(9999), 'f16', 'target');
      gpu.copy(source, target);
      const expected = Array.from({ length: 300 }, (_, index) => (index < length ? index + 1 : 9999));
      expect(Array.from(await gpu.read(target))).toEqual(expected);
    }
  });

  it('writes halves by whole words, and refuses parts of them', async () => {
    const array = gpu.upload(Uint16Array.of(1, 2, 3, 4, 5, 6, 7), 'f16', 'halves');
    gpu.write(array, Uint16Array.of(8, 9), 2);
    gpu.write(array, Uint16Array.of(10, 11, 12), 4);
    const words =
      /gpu\.write: \d halves from \d on end or begin within a word of array halves, which has 7; write from/;
    expect(() => gpu.write(array, Uint16Array.of(13, 14, 15))).toThrow(words);
    expect(() => gpu.write(array, Uint16Array.of(13, 14), 1)).toThrow(words);
    expect(Array.from(await gpu.read(array))).toEqual([1, 2, 8, 9, 10, 11, 12]);
  });

  it('never lets an upload reach commands recorded before it', async () => {
    const results = [];
    for (let step = 0; step < 4; step++) {
      const uploaded = gpu.upload(new Float32Array(64).fill(step), 'f32', 'uploaded');
      const result = gpu.allocate('f32', 64, 'result');
      gpu.copy(uploaded, result);
      gpu.release(uploaded);
      results.push(result);
    }
    for (const [step, result] of results.entries()) {
      expect(await gpu.read(result)).toEqual(new Float32Array(64).fill(step));
      gpu.release(result);
    }
  });

  it('lets the GPU begin with what is recorded, unless somebody waits for it already', async () => {
    const array = gpu.allocate('f32', 4, 'array');
    const submitsOf = (dispatches: number) => {
      const { submits } = gpu.statistics;
      for (let index = 0; index < dispatches; index++) gpu.clear(array);
      return gpu.statistics.submits - submits;
    };
    await gpu.idle();
    expect(submitsOf(40)).toBe(2);
    const reading = gpu.read(array);
    expect(submitsOf(40)).toBe(0);
    await reading;
    expect(submitsOf(1)).toBe(1);
    gpu.startProfiling();
    expect(submitsOf(40)).toBe(0);
    await gpu.stopProfiling();
    gpu.release(array);
  });

  it('gives the same buffers to steps that allocate alike, and leaks nothing', async () => {
    const step = () =>
      gpu.scope(() => {
        const first = gpu.allocate('f32', 5000, 'first');
        const second = gpu.allocate('f32', 5000, 'second');
        gpu.clear(first);
        gpu.copy(first, second);
        gpu.release(first);
        const third = gpu.allocate('f32', 5000, 'third');
        gpu.copy(second, third);
        return [first, second, third].map((array) => array.storage.id);
      });
    const live = gpu.memory.liveBytes;
    const ids = step();
    gpu.flush();
    const created = gpu.statistics.bindGroupsCreated;
    for (let repeat = 0; repeat < 5; repeat++) {
      expect(step()).toEqual(ids);
      gpu.flush();
    }
    expect(gpu.statistics.bindGroupsCreated).toBe(created);
    expect(gpu.memory.liveBytes).toBe(live);
  });

  it('makes no bind group for other sizes in the same memory, however many there are', async () => {
    const [source, target] = [gpu.allocate('u32', 40_000, 'source'), gpu.allocate('u32', 40_000, 'target')];
    gpu.copy(source, target);
    const created = gpu.statistics.bindGroupsCreated;
    const value = (length: number) => gpu.upload(Uint32Array.of(length), 'u32', 'value');
    // More sizes than the table of parameters has room for, in one submit.
    for (let length = 1; length <= 40_000; length++)
      gpu.dispatch({ ...clearWords(gpu.profile, target), parameters: { integers: [length] }, workgroups: [1, 1, 1] });
    expect(gpu.statistics.bindGroupsCreated).toBe(created + 1);
    const five = value(5);
    gpu.copy(five, target);
    expect(((await gpu.read(target)) as Uint32Array)[0]).toBe(5);
    for (const array of [source, target, five]) gpu.release(array);
  });

  it('gives every dispatch its own arrays and numbers, whatever followed the one before the last time', async () => {
    const ones = gpu.upload(new Float32Array(256).fill(1), 'f32', 'ones');
    const [first, other, base] = ['first', 'other', 'base'].map((label) => gpu.allocate('f32', 256, label)) as [
      GpuArray,
      GpuArray,
      GpuArray,
    ];
    // Each differs from the one before by its buffer, its place in it, the bytes bound, its length,
    // its factor, or its kernel.
    const followers: readonly (readonly [output: GpuArray, factor: number, length: number, kernel?: 'copy'])[] = [
      [other, 2, 256],
      [base, 2, 256],
      [base.view(0, 64), 3, 64],
      [base.view(64, 64), 4, 64],
      [base.view(0, 64), 5, 64],
      [base, 6, 256],
      [base, 6, 128],
      [base, 7, 128],
      [base, 7, 256],
      [base, 1, 256, 'copy'],
    ];
    for (const [output, factor, length, kernel] of followers) {
      gpu.clear(base);
      gpu.clear(other);
      scale(gpu, { input: ones, output: first, factor: 1, length: 256 });
      if (kernel === 'copy') gpu.copy(ones, output);
      else scale(gpu, { input: ones, output, factor, length });
      const begin = output.byteOffset / 4;
      const expected = Array.from({ length: 256 }, (_, at) => (at >= begin && at < begin + length ? factor : 0));
      expect([...(await gpu.read(output.storage === base.storage ? base : other))]).toEqual(expected);
    }
    for (const array of [ones, first, other, base]) gpu.release(array);
  });

  it('refuses an array released since the same dispatch before', () => {
    const [source, target] = ['source', 'target'].map((label) => gpu.allocate('f32', 64, label)) as [
      GpuArray,
      GpuArray,
    ];
    gpu.copy(source, target);
    gpu.copy(source, target);
    gpu.release(target);
    expect(() => gpu.copy(source, target)).toThrow(ReleasedArrayError);
    gpu.release(source);
  });

  it('prepares kernels without running what is recorded', async () => {
    const fresh = await openDevice();
    const array = fresh.allocatePersistent('u32', 4, 'array');
    fresh.write(array, Uint32Array.of(1, 2, 3, 4));
    const steps: string[] = [];
    await fresh.prepare(
      () => {
        const other = fresh.allocate('u32', 4, 'other');
        fresh.clear(array);
        fresh.clear(other);
        fresh.copy(array, other);
        fresh.flush();
      },
      { onProgress: (done, total) => steps.push(`${done} of ${total}`) },
    );
    expect(steps).toEqual(['1 of 2', '2 of 2']);
    expect(fresh.statistics.pipelines).toBe(2);
    expect(fresh.memory.liveArrays).toBe(1);
    expect([...((await fresh.read(array)) as Uint32Array)]).toEqual([1, 2, 3, 4]);
    await fresh.prepare(() => fresh.clear(array), { onProgress: () => expect.unreachable('nothing is new') });
    const broken = {
      program: { key: 'broken kernel', source: () => 'nonsense' },
      reads: [],
      writes: [array],
      workgroups: [1, 1, 1] as const,
    };
    await expect(fresh.prepare(() => fresh.dispatch(broken))).rejects.toThrow(/broken kernel/);
    fresh.destroy();
  });

  it('keeps what a scope retains', () => {
    const kept = gpu.scope(() => {
      const array = gpu.allocate('f32', 10, 'kept');
      gpu.retain(array);
      return array;
    });
    expect(kept.released).toBe(false);
    gpu.release(kept);
    expect(kept.released).toBe(true);
  });

  it('refuses released arrays and says which', () => {
    const array = gpu.allocate('f32', 10, 'gone');
    gpu.release(array);
    expect(() => gpu.clear(array)).toThrow(ReleasedArrayError);
    expect(() => gpu.clear(array)).toThrow(/gone/);
  });

  it('reports a budget that is spent, naming the array', async () => {
    const small = await openDevice({ memoryBudget: 10_000 });
    expect(() => small.allocate('f32', 5000, 'logits')).toThrow(OutOfMemoryError);
    expect(() => small.allocate('f32', 5000, 'logits')).toThrow(/logits needs \d+ bytes/);
    small.destroy();
  });

  it('latches a kernel that does not compile and names it', async () => {
    const broken = await openDevice();
    const array = broken.allocate('f32', 4, 'array');
    const binding = '@group(0) @binding(1) var<storage, read_write> array: array<f32>;';
    broken.dispatch({
      program: { key: 'broken kernel', source: () => `${binding} fn main() { nonsense }` },
      reads: [],
      writes: [array],
      workgroups: [1, 1, 1],
    });
    await expect(broken.idle().then(() => broken.idle())).rejects.toThrow(/broken kernel/);
    broken.destroy();
  });

  it('profiles kernels by name', async () => {
    gpu.startProfiling();
    const array = gpu.allocate('f32', 100_000, 'array');
    gpu.clear(array);
    gpu.clear(array);
    const rows = await gpu.stopProfiling();
    expect(rows).toMatchObject([{ kernel: expect.stringMatching(/^clear vec4/), calls: 2, share: 1 }]);
    expect(rows[0]?.milliseconds).toBeGreaterThan(0);
    gpu.release(array);
  });
});
