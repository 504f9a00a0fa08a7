import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../index.ts';
import type { Gpu } from '../index.ts';
import { flatIndexingFor } from './flatIndexing.ts';
import { wgsl as flatIndexing } from './flatIndexing.wgsl.ts';
import { kernelProgram } from './kernelProgram.ts';
import { rowIndexingFor } from './rowIndexing.ts';
import { wgsl as rowIndexing } from './rowIndexing.wgsl.ts';

const entry = `@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) thread: u32)`;

const bindings = `@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> visits: array<u32>;`;

/** A kernel of the test, with what it may include. */
const file = (text: string) => ({
  path: 'test.wgsl',
  text,
  includes: [flatIndexing, rowIndexing],
});

describe('shares of a dispatch', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  async function expectOneVisitEach(count: number, record: (visits: ReturnType<Gpu['upload']>) => void): Promise<void> {
    const visits = gpu.upload(new Uint32Array(count + 1), 'u32', 'visits');
    record(visits);
    const counted = (await gpu.read(visits)) as Uint32Array;
    expect(counted.findIndex((visitors, place) => visitors !== (place < count ? 1 : 0))).toBe(-1);
    gpu.release(visits);
  }

  for (const software of [true, false]) {
    const adapter = software ? 'a processor' : 'a GPU';

    it.each([1, 7, 64, 255, 257, 2049, 100_000])(
      `give each of %i elements to one thread of ${adapter}`,
      async (count) => {
        const share = flatIndexingFor({ ...gpu.profile, software });
        await expectOneVisitEach(count, (visits) => {
          const text = `struct Parameters { count: u32 }\n${bindings}\n#include wgsl/flatIndexing\n${entry} {
          let share = flatIndexing(workgroup, workgroups, thread, parameters.count);
          for (var place = share.first; place < share.end; place += 8) { visits[place] += 1; }
        }`;
          gpu.dispatch({
            program: kernelProgram('visits of elements', file(text), share.defines),
            parameters: { integers: [count] },
            reads: [],
            writes: [visits],
            workgroups: share.workgroups(count),
          });
        });
      },
    );

    const shapes = [1, 3, 17, 63, 65, 129, 700, 5000].flatMap((rows) =>
      [1, 2, 3, 7, 32, 33, 192, 257, 1030].map((columns) => [rows, columns]),
    );
    it.each(shapes as [number, number][])(
      `give each element of %i x %i to one thread of ${adapter}`,
      async (rows, columns) => {
        const share = rowIndexingFor({ ...gpu.profile, software }, rows, columns);
        await expectOneVisitEach(rows * columns, (visits) => {
          const text = `struct Parameters { elements: Matrix }\n${bindings}\n#include wgsl/rowIndexing\n${entry} {
          let share = rowIndexing(parameters.elements, workgroup, workgroups, thread);
          for (var row = share.firstRow; row < share.endRow; row++) {
            for (var column = share.firstColumn; column < share.endColumn; column += abreast) {
              visits[row * parameters.elements.columns + column] += 1;
            }
          }
        }`;
          gpu.dispatch({
            program: kernelProgram('visits of a matrix', file(text), share.defines),
            parameters: { integers: share.matrix },
            reads: [],
            writes: [visits],
            workgroups: share.workgroups,
          });
        });
      },
    );
  }

  it('make no workgroups for nothing', () => {
    expect(flatIndexingFor(gpu.profile).workgroups(0)[0]).toBe(0);
    expect(rowIndexingFor(gpu.profile, 0, 8).workgroups[0]).toBe(0);
    expect(rowIndexingFor(gpu.profile, 8, 0).workgroups[0]).toBe(0);
  });
});
