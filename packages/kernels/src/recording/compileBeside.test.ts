import { loadWebGpu } from '#platform';
import { describe, expect, it } from 'vitest';
import { deviceKit } from '../device/deviceKit.ts';
import { deviceParts } from '../device/deviceParts.ts';
import { compilationKit } from './compilationKit.ts';
import { CompileBeside } from './compileBeside.ts';
import type { NeededProgram } from './pipelineCache.ts';

const program = (key: string, padding: number, effort?: number): NeededProgram => ({
  program: {
    key,
    source: () =>
      `@group(0) @binding(1) var<storage, read_write> output: array<f32>;
       @compute @workgroup_size(1) fn main() { output[0] = 1; } //${' '.repeat(padding)}`,
    ...(effort && { effort }),
  },
  reads: 0,
  writes: 1,
});
const programs = [program('short', 1), program('long', 1, 2), program('middle', 5), program('other', 3)];

/** A main device that takes its time, by the names of the programs. */
async function compile(milliseconds: (key: string) => number, open: (webgpu: GPU) => Promise<GPUDevice | null>) {
  const webgpu = (await loadWebGpu({ robustness: true })) as GPU;
  const ran: string[] = [];
  let helpers = 0;
  let done = 0;
  await new CompileBeside(programs, {
    kit: compilationKit(deviceParts(deviceKit)),
    firstRun: {
      run: async ({ program: { key } }) => {
        ran.push(key);
        await new Promise((resolve) => {
          setTimeout(resolve, milliseconds(key));
        });
        return milliseconds(key);
      },
    },
    openHelper: () => {
      helpers += 1;
      return open(webgpu);
    },
    maxHelpers: 1,
    onDone: () => (done += 1),
    isCancelled: () => false,
  }).run();
  return { ran, helpers, done };
}

const openDevice = async (webgpu: GPU) => (await (await webgpu.requestAdapter())?.requestDevice()) ?? null;

describe('CompileBeside', () => {
  it('runs all on the main device, longest first, when none takes long', async () => {
    const { ran, helpers, done } = await compile(() => 0, openDevice);
    expect(ran).toEqual(['long', 'middle', 'other', 'short']);
    expect([helpers, done]).toEqual([0, 4]);
  });

  it('opens a helper when one takes long, and runs on the main device what that has compiled', async () => {
    const { ran, helpers, done } = await compile((key) => (key === 'long' ? 2000 : 0), openDevice);
    expect(ran).toEqual(['long', 'middle', 'other', 'short']);
    expect([helpers, done]).toEqual([1, 4]);
  });

  it.each([
    ['is refused', () => Promise.resolve(null)],
    ['fails', () => Promise.reject(new Error('no more devices'))],
  ])('does all by itself when a helper %s', async (_answer, open) => {
    const { ran, helpers, done } = await compile((key) => (key === 'long' ? 900 : 0), open);
    expect([...ran].sort()).toEqual(['long', 'middle', 'other', 'short']);
    expect([helpers, done]).toEqual([1, 4]);
  });
});
