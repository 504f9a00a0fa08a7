import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDevice } from '../index.ts';
import type { Gpu } from '../index.ts';
import { AccessPrograms } from './accessPrograms.ts';
import { elementAccess } from './elementAccess.ts';
import { kernelProgram } from './kernelProgram.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

it('gives the program that its arguments make, and the same one again', () => {
  const source = { path: 'kernels/test/test.wgsl', text: '', includes: [] };
  const programs = new AccessPrograms('test', source);
  const arrays = [undefined, gpu.allocate('f32', 4, 'singles'), gpu.allocate('f16', 4, 'halves')];
  const made = new Map<string, unknown>();
  for (let round = 0; round < 2; round++)
    for (const input of arrays)
      for (const half of arrays)
        for (const output of arrays)
          for (const width of [1, 4] as const)
            for (const flag of [false, true])
              for (const number of [1, 2, 256, 511]) {
                const defines = { flag, number };
                const program = programs.get(gpu, { input, half }, { output }, width, defines);
                const access = elementAccess(gpu, { input, half }, { output }, width);
                const { key } = kernelProgram('test', source, { access, ...defines });
                expect(program.key).toBe(key);
                expect(program).toBe(made.get(key) ?? program);
                made.set(key, program);
              }
  expect(made.size).toBe(3 * 3 * 3 * 2 * 2 * 4);
});
