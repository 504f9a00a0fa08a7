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
async function run(body: string, workgroups = 1, functions = '') {
  interpreted.problems.clear();
  const output = gpu.upload(new Uint32Array(128), 'u32', 'output');
  const source = () => `enable subgroups;
    @group(0) @binding(1) var<storage, read_write> output: array<u32>;
    var<workgroup> kept: array<u32, 64>;
    var<workgroup> counted: atomic<u32>;
    ${functions}
    ${attributes} { ${body} }`;
  gpu.dispatch({
    program: { key: body + functions, source },
    reads: [],
    writes: [output],
    workgroups: [workgroups, 1, 1],
  });
  const found = [...(await gpu.read(output))];
  gpu.release(output);
  return { found, problems: [...interpreted.problems].join('\n') };
}

/** What the test of loops computes, in JavaScript: its sum, and what it stored last. */
function followed(thread: number): [number, number] {
  let sum = 0;
  for (let step = 0; step < 10; step++) {
    if (step === thread % 5) continue;
    if (step > 7) break;
    const left = step % 4;
    if (left === 1 || left === 2) sum += 10;
    else if (left === 0) sum += 1000;
    else if (thread <= 31) sum += 100;
  }
  const first = sum;
  let last = 0;
  do {
    if (sum > 9000) break;
    sum += thread + 1000;
    last = sum;
  } while (sum % 7 !== 0);
  return [first, last];
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

  it('follows loops, switches and returns', async () => {
    const { found } = await run(`
      var sum = 0u;
      for (var step = 0u; step < 10; step++) {
        if (step == thread % 5) { continue; }
        if (step > 7) { break; }
        switch (step % 4) {
          case 1, 2: { sum += 10; }
          case 3: { if (thread > 31) { break; } sum += 100; }
          default: { sum += 1000; }
        }
      }
      output[thread] = sum;
      loop {
        if (sum > 9000) { return; }
        sum += thread + 1000;
        continuing { output[64 + thread] = sum; break if sum % 7 == 0; }
      }`);
    const expected = Array.from({ length: 64 }, (_, thread) => followed(thread));
    expect(found).toEqual([...expected.map(([sum]) => sum), ...expected.map(([, last]) => last)]);
  });

  it('returns from functions that wait, and assigns vectors at once', async () => {
    const { found, problems } = await run(
      'output[thread] = swapped(thread, 0); workgroupBarrier(); output[64 + thread] = swapped(thread, 5);',
      1,
      `fn swapped(thread: u32, steps: u32) -> u32 {
        kept[thread] = thread;
        workgroupBarrier();
        if (steps == 0) { return kept[63 - thread]; }
        var sum = vec2u();
        for (var step = 0u; step < steps; step++) { sum = vec2u(sum.y, sum.x + kept[(thread + step) % 64]); }
        workgroupBarrier();
        return sum.x * 1000 + sum.y;
      }`,
    );
    const swapped = (thread: number) => {
      let [x, y] = [0, 0];
      for (let step = 0; step < 5; step++) [x, y] = [y, x + ((thread + step) % 64)];
      return x * 1000 + y;
    };
    const threads = Array.from({ length: 64 }, (_, thread) => thread);
    expect(found).toEqual([...threads.map((thread) => 63 - thread), ...threads.map(swapped)]);
    expect(problems).toBe('');
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
