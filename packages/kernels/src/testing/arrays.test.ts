import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Gpu } from '../gpu.ts';
import { elementAccess } from '../wgsl/elementAccess.ts';
import { kernelProgram } from '../wgsl/kernelProgram.ts';
import type { FloatType } from './arrays.ts';
import { openDevice } from '../openDevice.ts';
import { clampingStores, readFloats, staleOutput, uploadFloats } from './arrays.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

const text = [
  'struct Parameters { index: u32 }',
  '@group(0) @binding(0) var<uniform> parameters: Parameters;',
  '@group(0) @binding(next) var<storage, read_write> output: array<Output>;',
  '@compute @workgroup_size(1)',
  'fn main() {',
  '  storeOutput(0, Values(1));',
  '  storeOutput(parameters.index, Values(2));',
  '}',
].join('\n');

/** Reads an array of eight elements after a kernel has stored at an index. */
async function storeAt(index: number, type: FloatType, width: 1 | 4) {
  const output = staleOutput(gpu, 8, type, 'output');
  const source = { path: 'kernels/relu/relu.wgsl', text, includes: [] };
  const program = kernelProgram('relu', source, { access: elementAccess(gpu, {}, { output }, width) });
  gpu.dispatch({ program, parameters: { integers: [index] }, reads: [], writes: [output], workgroups: [1, 1, 1] });
  try {
    return await readFloats(gpu, output, 8);
  } finally {
    gpu.release(output);
  }
}

for (const type of ['f32', 'f16'] as const) {
  for (const width of [1, 4] as const) {
    it.each([8, 9, 100, 1e6, 1e9])(`a store of ${width} ${type} at %i, behind eight, names kernel and lines`, (index) =>
      expect(clampingStores(gpu, () => storeAt(index, type, width))).rejects.toThrow(
        /output: element \d+ behind its end, 8, was written\. Kernel relu [\w: ]+ stores to it in kernels\/relu\/relu\.wgsl:6, kernels\/relu\/relu\.wgsl:7: bound the index/,
      ),
    );
    it(`a store of ${width} ${type} at the end is one as others`, async () => {
      const stored = await clampingStores(gpu, () => storeAt(8 / width - 1, type, width));
      expect(stored.subarray(0, width).every((value) => value === 1)).toBe(true);
      expect(stored.subarray(8 - width).every((value) => value === 2)).toBe(true);
    });
  }
}

it.each(['f32', 'f16'] as const)('a store of what is behind an input of %s is seen behind the output', async (type) => {
  const input = uploadFloats(gpu, [1, 2, 3, 4, 5, 6, 7, 8], type, 'input');
  const output = staleOutput(gpu, 8, type, 'output');
  const source = {
    path: 'kernels/relu/relu.wgsl',
    text: [
      'struct Parameters { count: u32 }',
      '@group(0) @binding(0) var<uniform> parameters: Parameters;',
      '@group(0) @binding(next) var<storage, read> input: array<Input>;',
      '@group(0) @binding(next) var<storage, read_write> output: array<Output>;',
      '@compute @workgroup_size(1)',
      'fn main() {',
      '  for (var index = 0u; index <= parameters.count; index++) { storeOutput(index, loadInput(index)); }',
      '}',
    ].join('\n'),
    includes: [],
  };
  const program = kernelProgram('relu', source, { access: elementAccess(gpu, { input }, { output }, 4) });
  gpu.dispatch({ program, parameters: { integers: [2] }, reads: [input], writes: [output], workgroups: [1, 1, 1] });
  await expect(readFloats(gpu, output, 8)).rejects.toThrow(/output: element 8 behind its end, 8, was written/);
  for (const array of [input, output]) gpu.release(array);
});
