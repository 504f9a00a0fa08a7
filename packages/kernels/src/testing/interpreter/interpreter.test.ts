import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { interpretedGpu } from './interpretedGpu.ts';
import type { InterpretedGpu } from './interpretedGpu.ts';

let interpreted: InterpretedGpu;
let gpu: Gpu;
beforeAll(async () => {
  interpreted = interpretedGpu({ subgroups: { size: 32, consecutive: true } });
  gpu = await openDevice({ webgpu: interpreted.webgpu });
});
afterAll(() => interpreted.end());

const attributes = `@compute @workgroup_size(64)
  fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3u, @builtin(subgroup_invocation_id) lane: u32)`;

/** Runs `body` with 64 invocations a workgroup. @returns 128 words, and what was found wrong */
async function run(body: string, workgroups = 1) {
  interpreted.problems.clear();
  const output = gpu.upload(new Uint32Array(128), 'u32', 'output');
  const source = () => `enable subgroups;
    @group(0) @binding(1) var<storage, read_write> output: array<u32>;
    var<workgroup> kept: array<u32, 64>;
    var<workgroup> counted: atomic<u32>;
    ${attributes} { ${body} }`;
  gpu.dispatch({ program: { key: body, source }, reads: [], writes: [output], workgroups: [workgroups, 1, 1] });
  const found = [...(await gpu.read(output))];
  gpu.release(output);
  return { found, problems: [...interpreted.problems].join('\n') };
}

describe('the interpreter', () => {
  it('computes what a workgroup does together', async () => {
    const { found, problems } = await run(`
      kept[thread] = thread * 3;
      atomicAdd(&counted, thread);
      workgroupBarrier();
      output[thread] = kept[63 - thread] + atomicLoad(&counted);
      output[64 + thread] = subgroupAdd(thread) + subgroupShuffleXor(lane, 1);`);
    expect(problems).toBe('');
    const numbers = Array.from({ length: 64 }, (_, thread) => thread);
    expect(found.slice(0, 64)).toEqual(numbers.map((thread) => 3 * (63 - thread) + 2016));
    // 0 + … + 31, and 32 + … + 63.
    expect(found.slice(64)).toEqual(numbers.map((thread) => (thread < 32 ? 496 : 1520) + ((thread % 32) ^ 1)));
  });

  it.each([
    ['a read without a barrier', 'kept[thread] = 1; output[thread] = kept[63 - thread];'],
    ['a barrier for other memory', 'kept[thread] = 1; storageBarrier(); output[thread] = kept[63 - thread];'],
    [
      'a write that a read may still need',
      'kept[thread] = 1; workgroupBarrier(); output[thread] = kept[63 - thread]; kept[thread] = 2;',
    ],
    ['two writes', 'kept[thread / 2] = thread; output[thread] = 1;'],
    ['lanes of a subgroup', 'kept[thread] = 1; output[thread] = kept[thread ^ 1];'],
  ])('finds races in workgroup memory: %s', async (_, body) => {
    expect((await run(body)).problems).toContain('of workgroup memory of 256 bytes races');
  });

  it('finds races in storage, within a workgroup and between', async () => {
    const race = /of binding 1 \(output.*\) races/;
    expect((await run('output[thread / 2] = 1;')).problems).toMatch(race);
    expect((await run('output[thread] = 1;', 2)).problems).toMatch(race);
    expect(
      (await run('output[thread] = 1; storageBarrier(); output[64 + thread] = output[63 - thread];')).problems,
    ).toBe('');
    expect((await run('output[workgroup.x * 64 + thread] = 1;', 2)).problems).toBe('');
  });

  it('finds places beyond a memory', async () => {
    expect((await run('output[thread + 65] = 1;')).problems).toMatch(/byte 512 of binding 1 .* is beyond its 512/);
  });
});
