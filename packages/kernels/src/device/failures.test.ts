import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeviceLostError, GpuValidationError, KernelArgumentError, openDevice, scale } from '../index.ts';
import type { Dispatch, Gpu, GpuArray } from '../index.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

const bindings = '@group(0) @binding(1) var<storage, read_write> output: array<f32>;';
const kernel = (key: string, source: string, output: GpuArray): Dispatch => ({
  program: { key, source: () => source },
  reads: [],
  writes: [output],
  workgroups: [1, 1, 1],
});

const wrong: readonly (readonly [what: string, source: string])[] = [
  ['what does not parse', `${bindings} fn main( {`],
  ['an unknown name', `${bindings} @compute @workgroup_size(1) fn main() { output[0] = nonsense; }`],
  ['a feature without its enable', `${bindings} @compute @workgroup_size(1) fn main() { output[0] = f32(f16(1)); }`],
  ['a workgroup over the limit', `${bindings} @compute @workgroup_size(100000) fn main() { output[0] = 1; }`],
  ['no entry point', `${bindings} @compute @workgroup_size(1) fn other() { output[0] = 1; }`],
];

const misbound: typeof wrong = [
  [
    'a binding that is not there',
    '@group(0) @binding(7) var<storage, read_write> output: array<f32>; @compute @workgroup_size(1) fn main() { output[0] = 1; }',
  ],
  [
    'a binding of another type',
    '@group(0) @binding(1) var<storage, read> output: array<f32>; @group(0) @binding(0) var<storage, read_write> p: array<f32>; @compute @workgroup_size(1) fn main() { p[0] = output[0]; }',
  ],
];

describe('a kernel that does not compile', () => {
  it.each(wrong)('rejects the read of what it writes: %s', async (what, source) => {
    const output = gpu.allocate('f32', 3, 'output');
    gpu.dispatch(kernel(`wrong: ${what}`, source, output));
    const reading = gpu.read(output);
    await expect(reading).rejects.toThrow(GpuValidationError);
    await expect(reading).rejects.toThrow(`kernel wrong: ${what} does not compile`);
    // Never zeros, however often it is read.
    await expect(gpu.read(output)).rejects.toThrow(/array output was never computed/);
    gpu.dispatch(kernel(`wrong: ${what}`, source, output));
    await expect(gpu.idle()).rejects.toThrow(`kernel wrong: ${what} does not compile`);
    await expect(gpu.prepare(() => gpu.dispatch(kernel(`wrong: ${what}`, source, output)))).rejects.toThrow(
      `kernel wrong: ${what} does not compile`,
    );
    gpu.release(output);
  });

  it('is reported once; then the device works as before', async () => {
    const input = gpu.upload(Float32Array.of(1, 2, 3), 'f32', 'input');
    const output = gpu.allocate('f32', 3, 'output');
    const weights = gpu.allocatePersistent('f32', 3, 'weights');
    gpu.write(weights, Float32Array.of(4, 5, 6));
    await gpu.idle();
    gpu.dispatch(kernel('wrong', `${bindings} fn main( {`, output));
    gpu.dispatch(kernel('wrong', `${bindings} fn main( {`, weights));
    await expect(gpu.idle()).rejects.toThrow(/kernel wrong does not compile/);
    await gpu.idle();
    expect(gpu.failed).toBe(false);
    // What never was computed cannot be computed with; weights hold what they held.
    expect(() => scale(gpu, { input: output, output: weights, factor: 2, length: 3 })).toThrow(/never computed/);
    expect([...((await gpu.read(weights)) as Float32Array)]).toEqual([4, 5, 6]);
    scale(gpu, { input, output, factor: 2, length: 3 });
    expect([...((await gpu.read(output)) as Float32Array)]).toEqual([2, 4, 6]);
    for (const array of [input, output, weights]) gpu.release(array);
  });

  it('rejects every wait that was pending, except for what was submitted before', async () => {
    const [good, bad] = [gpu.upload(Float32Array.of(1), 'f32', 'good'), gpu.allocate('f32', 1, 'bad')];
    const before = gpu.read(good);
    gpu.dispatch(kernel('wrong', `${bindings} fn main( {`, bad));
    const [first, second] = [gpu.read(bad), gpu.idle()];
    await expect(first).rejects.toThrow(/does not compile/);
    await expect(second).rejects.toThrow(/does not compile/);
    expect([...((await before) as Float32Array)]).toEqual([1]);
    await gpu.idle();
    for (const array of [good, bad]) gpu.release(array);
  });

  it.each(misbound)('is refused at once for %s, and harms nothing', async (what, source) => {
    const output = gpu.allocate('f32', 3, 'output');
    expect(() => gpu.dispatch(kernel(`wrong: ${what}`, source, output))).toThrow(KernelArgumentError);
    await gpu.idle();
    expect(gpu.failed).toBe(false);
    gpu.release(output);
  });

  it('refuses too many workgroups with the name of the kernel', async () => {
    const output = gpu.allocate('f32', 1, 'output');
    const source = `${bindings} @compute @workgroup_size(1) fn main() { output[0] = 1; }`;
    expect(() => gpu.dispatch({ ...kernel('many', source, output), workgroups: [1e6, 1, 1] })).toThrow(
      /kernel many: .*workgroups/,
    );
    gpu.dispatch(kernel('many', source, output));
    expect([...((await gpu.read(output)) as Float32Array)]).toEqual([1]);
    gpu.release(output);
  });
});

describe('a lost device', () => {
  /** A device of which the test holds WebGPU's own object, so that it can be lost. */
  async function openLosable(): Promise<{ gpu: Gpu; raw: GPUDevice }> {
    let raw: GPUDevice | undefined;
    const { loadWebGpu } = await import('#platform');
    const webgpu = (await loadWebGpu({ robustness: true })) as GPU;
    const losable = await openDevice({
      webgpu: {
        requestAdapter: async (options: GPURequestAdapterOptions) => {
          const adapter = (await webgpu.requestAdapter(options)) as GPUAdapter;
          const request = adapter.requestDevice.bind(adapter);
          adapter.requestDevice = async (description) => (raw = await request(description));
          return adapter;
        },
      } as unknown as GPU,
    });
    return { gpu: losable, raw: raw as GPUDevice };
  }

  it('says what happened and what to do, at every call', async () => {
    const { gpu: lost, raw } = await openLosable();
    const array = lost.allocate('f32', 4, 'array');
    const weights = lost.allocatePersistent('f32', 4, 'weights');
    lost.clear(array);
    raw.destroy();
    await expect(lost.read(array)).rejects.toThrow(DeviceLostError);
    await expect(lost.idle()).rejects.toThrow(/openDevice\(\), and load the model and the last checkpoint/);
    expect(lost.failed).toBe(true);
    expect(() => lost.clear(array)).toThrow(DeviceLostError);
    expect(() => lost.allocate('f32', 4, 'more')).toThrow(DeviceLostError);
    expect(() => lost.flush()).toThrow(DeviceLostError);
    await expect(lost.prepare(() => lost.clear(array))).rejects.toThrow(DeviceLostError);
    for (const gone of [array, array, weights, weights]) lost.release(gone);
    expect(lost.memory.liveArrays).toBe(0);
  });

  it('rejects the waits that are pending when it is lost', async () => {
    const { gpu: lost, raw } = await openLosable();
    const array = lost.allocate('f32', 4, 'array');
    const reading = lost.read(array);
    raw.destroy();
    await expect(reading).rejects.toThrow(DeviceLostError);
  });

  it('is what a destroyed one is, too', () => {
    const array = gpu.allocate('f32', 4, 'array');
    gpu.release(array);
    gpu.destroy();
    gpu.destroy();
    expect(() => gpu.clear(array)).toThrow(/destroyed by gpu.destroy\(\). Open a new one/);
  });
});
