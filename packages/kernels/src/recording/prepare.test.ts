import { loadWebGpu } from '#platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../index.ts';
import type { Dispatch, Gpu, GpuArray } from '../index.ts';

let gpu: Gpu;
let output: GpuArray;
beforeAll(async () => {
  gpu = await openDevice();
  output = gpu.allocatePersistent('f32', 64, 'output');
});
afterAll(() => gpu.destroy());

const header =
  '@group(0) @binding(1) var<storage, read_write> output: array<f32>;\n@compute @workgroup_size(1) fn main() {';

const kernel = (key: string, body: string, writes = [output]): Dispatch => ({
  program: { key, source: () => `${header}${body}}` },
  reads: [],
  writes,
  workgroups: [1, 1, 1],
});

/** A kernel that no driver has seen before, and that takes it a while. */
const slowToCompile = (key: string, writes?: GpuArray[]) => {
  const lines = Array.from({ length: 25 }, (_, index) => `x = pow(x, ${Math.random()}) + sin(x * ${index}.5);`);
  return kernel(key, `var x = output[0]; ${lines.join('\n')} output[0] = x;`, writes);
};

describe('prepare', () => {
  it('runs kernels on zeros, whatever the pool holds', async () => {
    const dirty = Array.from({ length: 40 }, () => gpu.allocate('u32', 16384, 'dirty'));
    for (const array of dirty) gpu.write(array, new Uint32Array(16384).fill(0xffffffff));
    for (const array of dirty) gpu.release(array);
    await gpu.idle();
    // It would loop for ever.
    await gpu.prepare(() =>
      gpu.dispatch(kernel('endless unless 0', 'loop { if (bitcast<u32>(output[0]) == 0u) { break; } }')),
    );
    expect(gpu.memory.liveArrays).toBe(1);
  });

  it('calls what records without arguments, whose own defaults then hold', async () => {
    await gpu.prepare((...given: unknown[]) => expect(given).toEqual([]));
  });

  it('costs nothing when nothing is new', async () => {
    const { submits } = gpu.statistics;
    gpu.clear(output);
    await gpu.prepare(() => gpu.clear(output), { onProgress: () => expect.unreachable('nothing is new') });
    expect(gpu.statistics.submits).toBe(submits);
    await gpu.idle();
  });

  it('can be cancelled, before and in the middle, and continues the next time', async () => {
    const record = () => {
      for (let index = 0; index < 4; index++) gpu.dispatch(slowToCompile(`cancelled ${index}`));
    };
    await expect(gpu.prepare(record, { signal: AbortSignal.abort(new Error('not now')) })).rejects.toThrow('not now');
    const controller = new AbortController();
    const steps: number[] = [];
    const onProgress = (done: number) => {
      steps.push(done);
      controller.abort(new Error('enough'));
    };
    await expect(gpu.prepare(record, { onProgress, signal: controller.signal })).rejects.toThrow('enough');
    expect(steps).toEqual([1]);
    await gpu.prepare(record);
    await gpu.idle();
  });

  it('names a kernel that does not compile, and is as good as before then', async () => {
    const record = () => {
      gpu.dispatch(kernel('fine', 'output[0] = 1;'));
      gpu.dispatch(kernel('wrong', 'output[0] = nonsense;'));
    };
    await expect(gpu.prepare(record)).rejects.toThrow(/kernel wrong does not compile/);
    await gpu.prepare(() => gpu.dispatch(kernel('fine', 'output[0] = 1;')));
    await gpu.idle();
  });

  it('leaves a kernel for later that wants more memory than it has', async () => {
    const source = `@group(0) @binding(1) var<storage, read_write> output: array<f32, 100000>;
      @compute @workgroup_size(1) fn main() { output[99999] = 1; }`;
    const large = gpu.allocate('f32', 100_000, 'large');
    const dispatch: Dispatch = { ...kernel('', '', [large]), program: { key: 'large', source: () => source } };
    await gpu.prepare(() => gpu.dispatch(dispatch));
    await gpu.idle();
    gpu.dispatch(dispatch);
    expect(((await gpu.read(large)) as Float32Array)[99_999]).toBe(1);
    gpu.release(large);
  });

  it.each(['opens', 'is refused', 'fails'])('compiles beside another device, which %s', async (answer) => {
    const webgpu = (await loadWebGpu({ robustness: true })) as GPU;
    let asked = 0;
    const requestAdapter = async (options: GPURequestAdapterOptions) => {
      asked += 1;
      if (asked > 1 && answer === 'is refused') return null;
      if (asked > 1 && answer === 'fails') throw new Error('no more devices');
      return webgpu.requestAdapter(options);
    };
    const own = await openDevice({ webgpu: { requestAdapter } as unknown as GPU });
    const written = [own.allocatePersistent('f32', 64, 'output')];
    const dispatches = Array.from({ length: 4 }, (_, index) => slowToCompile(`beside ${index}`, written));
    const steps: string[] = [];
    const record = () => {
      for (const dispatch of dispatches) own.dispatch(dispatch);
    };
    await own.prepare(record, { onProgress: (done, total) => steps.push(`${done} of ${total}`) });
    expect(steps).toEqual(['1 of 4', '2 of 4', '3 of 4', '4 of 4']);
    await own.idle();
    own.destroy();
  });
});
