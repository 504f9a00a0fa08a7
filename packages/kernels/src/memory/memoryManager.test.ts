import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelArgumentError, openDevice, OutOfMemoryError, ReleasedArrayError, scale } from '../index.ts';
import type { Gpu } from '../index.ts';

let gpu: Gpu;
let other: Gpu;
beforeAll(async () => {
  [gpu, other] = [await openDevice(), await openDevice()];
});
afterAll(() => {
  gpu.destroy();
  other.destroy();
});

const turn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

describe('a scope around an async function', () => {
  it('lasts until the promise is fulfilled', async () => {
    const { liveArrays } = gpu.memory;
    const sum = await gpu.scope(async () => {
      const input = gpu.upload(Float32Array.of(1, 2, 3), 'f32', 'input');
      await gpu.idle();
      expect(input.released).toBe(false);
      const output = gpu.allocate('f32', 3, 'output');
      scale(gpu, { input, output, factor: 2, length: 3 });
      const values = (await gpu.read(output)) as Float32Array;
      gpu.release(output);
      return values.reduce((total, value) => total + value, 0);
    });
    expect(sum).toBe(12);
    expect(gpu.memory.liveArrays).toBe(liveArrays);
  });

  it('ends when the promise is rejected', async () => {
    const { liveArrays } = gpu.memory;
    const failing = gpu.scope(async () => {
      gpu.allocate('f32', 3, 'array');
      await turn();
      throw new Error('no');
    });
    expect(gpu.memory.liveArrays).toBe(liveArrays + 1);
    await expect(failing).rejects.toThrow('no');
    expect(gpu.memory.liveArrays).toBe(liveArrays);
  });

  it('includes what is allocated within it after an await', async () => {
    const { liveArrays } = gpu.memory;
    await gpu.scope(async (within) => {
      await turn();
      const array = within(() => gpu.allocate('f32', 3, 'array'));
      await turn();
      expect(array.released).toBe(false);
    });
    expect(gpu.memory.liveArrays).toBe(liveArrays);
  });

  it('takes nothing of another run, whichever ends first', async () => {
    const { liveArrays } = gpu.memory;
    const run = (turns: number) =>
      gpu.scope(async (within) => {
        const arrays = [gpu.allocate('f32', 3, 'first')];
        for (let index = 0; index < turns; index++) {
          await turn();
          gpu.scope(() => gpu.allocate('f32', 3, 'of a step'));
          arrays.push(within(() => gpu.allocate('f32', 3, 'later')));
          expect(arrays.every(({ released }) => !released)).toBe(true);
        }
      });
    const outer = gpu.scope(() => {
      void run(2);
      return run(9);
    });
    const kept = gpu.allocate('f32', 3, 'kept');
    await Promise.all([run(5), outer, run(3)]);
    expect(kept.released).toBe(false);
    gpu.release(kept);
    expect(gpu.memory.liveArrays).toBe(liveArrays);
  });

  it('keeps what is retained', async () => {
    const kept = await gpu.scope(async () => {
      const array = gpu.allocate('f32', 3, 'array');
      await turn();
      gpu.retain(array);
      return array;
    });
    expect(kept.released).toBe(false);
    gpu.release(kept);
  });
});

describe('allocatedIn', () => {
  const keepOne = () =>
    gpu.allocatedIn(() => {
      expect(gpu.inScope).toBe(true);
      const [kept, gone] = [gpu.allocate('f32', 3, 'kept'), gpu.allocate('f32', 3, 'gone')];
      gpu.release(gone);
      return kept;
    });

  it('reports what is still in use, which then belongs to no scope', () => {
    const { liveArrays } = gpu.memory;
    expect(gpu.inScope).toBe(false);
    const { value, arrays } = keepOne();
    expect([...arrays]).toEqual([value]);
    expect(value.released).toBe(false);
    gpu.release(value);
    expect(gpu.memory.liveArrays).toBe(liveArrays);
  });

  it('leaves it to the scope around', () => {
    const { liveArrays } = gpu.memory;
    const { value, arrays } = gpu.scope(() => {
      const found = keepOne();
      expect(found.value.released).toBe(false);
      return found;
    });
    expect([...arrays]).toEqual([value]);
    expect(value.released).toBe(true);
    expect(gpu.memory.liveArrays).toBe(liveArrays);
  });
});

describe('release', () => {
  it('is harmless twice, after the scope, in the middle of recording, and late', async () => {
    const own = await openDevice();
    const scoped = own.scope(() => own.allocate('f32', 64, 'scoped'));
    const arrays = [
      own.allocate('f32', 64, 'pooled'),
      own.upload(new Float32Array(64), 'f32', 'uploaded'),
      own.allocatePersistent('f32', 64, 'persistent'),
      ...own.allocateContiguous('f32', [64, 64], 'contiguous'),
    ];
    const [input, output] = [
      own.upload(new Float32Array(64).fill(3), 'f32', 'input'),
      own.allocate('f32', 64, 'output'),
    ];
    scale(own, { input, output, factor: 2, length: 64 });
    for (const array of [scoped, ...arrays, ...arrays]) own.release(array);
    scale(own, { input, output, factor: 5, length: 64 });
    expect([...((await own.read(output)) as Float32Array)]).toEqual(Array(64).fill(15));
    const late = [own.allocatePersistent('f32', 64, 'persistent'), own.allocate('f32', 64, 'pooled')];
    own.destroy();
    for (const array of [input, output, ...late, ...late, scoped]) own.release(array);
    expect(own.memory).toMatchObject({ liveBytes: 0, liveArrays: 0 });
  });

  it('refuses a part of an array', () => {
    const whole = gpu.allocate('f32', 128, 'whole');
    expect(() => gpu.release(whole.view(64, 64))).toThrow(ReleasedArrayError);
    gpu.release(whole);
  });
});

describe('an array of another device', () => {
  it('is refused by its name, before WebGPU sees it', async () => {
    const [here, there] = [gpu.allocate('f32', 3, 'here'), other.allocate('f32', 3, 'there')];
    const words = /array there is on device \d+ \(.+\), and this runs on device \d+ \(/;
    const calls = [
      () => scale(gpu, { input: here, output: there, factor: 1, length: 3 }),
      () => scale(gpu, { input: there, output: here, factor: 1, length: 3 }),
      () => gpu.copy(there, here),
      () => gpu.clear(there),
      () => gpu.write(there, new Float32Array(3)),
      () => gpu.release(there),
    ];
    for (const call of calls) expect(call).toThrow(words);
    for (const call of calls) expect(call).toThrow(KernelArgumentError);
    await expect(gpu.read(there)).rejects.toThrow(words);
    gpu.release(here);
    other.release(there);
    await gpu.idle();
  });
});

describe('an array that finds no room', () => {
  it('says how much it needs and which limit it met', async () => {
    const small = await openDevice({ memoryBudget: 10_000, limits: { maxStorageBufferBindingSize: 65536 } });
    const missing = (allocate: () => unknown) => {
      try {
        allocate();
      } catch (error) {
        return error;
      }
      return null;
    };
    const overBudget = missing(() => small.allocatePersistent('f32', 5000, 'logits'));
    expect(overBudget).toBeInstanceOf(OutOfMemoryError);
    expect(overBudget).toMatchObject({
      requestedBytes: 20_000,
      limitBytes: 10_000,
      limit: 'memoryBudget',
      label: 'logits',
    });
    expect(missing(() => small.requireRoom('f32', 5000, 'logits'))).toEqual(overBudget);
    expect(missing(() => small.allocatePersistent('f32', 1e18, 'logits'))).toMatchObject({ requestedBytes: 4e18 });
    expect(missing(() => small.allocatePersistent('f32', 20_000, 'logits'))).toMatchObject({
      requestedBytes: 80_000,
      limitBytes: 65536,
      limit: 'maxStorageBufferBindingSize',
      message: expect.stringMatching(
        /80000 bytes; .* at most 65536 bytes in one array \(maxStorageBufferBindingSize\)/,
      ),
    });
    small.destroy();
  });
});

describe('an array that fits, though its size class does not', () => {
  it.each([
    [{ limits: { maxStorageBufferBindingSize: 65532 } }, 16_383],
    [{ memoryBudget: 65532 }, 16_383],
  ])('is allocated, with %o', async (options, length) => {
    const small = await openDevice(options);
    const array = small.allocate('f32', length, 'logits');
    expect(array.storage.byteLength).toBe(4 * length);
    expect(() => small.allocate('f32', length + 1, 'logits')).toThrow(`needs ${4 * (length + 1)} bytes`);
    small.release(array);
    await small.idle();
    small.destroy();
  });
});

describe('misuse of memory', () => {
  it.each([
    ['gpu.upload: data must be a Float32Array; got "x"', () => gpu.upload('x' as never, 'f32', 'a')],
    ['gpu.upload: elementType must be', () => gpu.upload(new Float32Array(1), 'f64' as never, 'a')],
    ['gpu.upload: data must be an Int32Array', () => gpu.upload(new Float32Array(1), 'i32', 'a')],
    ['gpu.upload: label must be a string', () => gpu.upload(new Float32Array(1), 'f32', undefined as never)],
    ['gpu.allocate: length must be a whole number', () => gpu.allocate('f32', 1.5, 'a')],
    ['gpu.allocate: length must be a whole number', () => gpu.allocate('f32', 'x' as never, 'a')],
    ['gpu.allocate: elementType must be one of', () => gpu.allocate(undefined as never, 1, 'a')],
    ['gpu.allocateContiguous: lengths must be an array', () => gpu.allocateContiguous('f32', 3 as never, 'a')],
    ['gpu.write: array must be an array of this device', () => gpu.write({} as never, new Float32Array(1))],
    ['gpu.release: array must be an array of this device', () => gpu.release(undefined as never)],
    ['gpu.retain: array must be an array of this device', () => gpu.retain(1 as never)],
    ['gpu.scope: body must be a function; got undefined', () => gpu.scope(undefined as never)],
    ['gpu.clear: array must be an array of this device', () => gpu.clear(null as never)],
    ['gpu.copy: source must be an array of this device', () => gpu.copy('x' as never, 'y' as never)],
    ['gpu.dispatch', () => gpu.dispatch({} as never)],
    ['gpu.dispatch', () => gpu.dispatch(undefined as never)],
  ])('is refused: %s', (message, call) => {
    expect(call).toThrow(KernelArgumentError);
    expect(call).toThrow(message);
  });

  it.each([
    ['gpu.read: array must be', () => gpu.read('x' as never)],
    ['gpu.prepare: record must be a function', () => gpu.prepare(1 as never)],
    ['gpu.prepare has no option progress', () => gpu.prepare(() => {}, { progress: 1 } as never)],
    ['openDevice has no option power; did you mean', () => openDevice({ powerPreferenc: 1 } as never)],
    ['openDevice: limits has no option', () => openDevice({ limits: { maxBufferSiz: 1 } } as never)],
    ['openDevice: memoryBudget must be', () => openDevice({ memoryBudget: 'x' } as never)],
    ['openDevice takes its options as an object', () => openDevice('x' as never)],
  ])('is refused with a rejection: %s', async (message, call) => {
    await expect(call()).rejects.toThrow(KernelArgumentError);
    await expect(call()).rejects.toThrow(message.replace(/ power;.*/, ''));
  });
});
