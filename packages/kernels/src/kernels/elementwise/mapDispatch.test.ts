import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice, ReleasedArrayError, KernelArgumentError } from '../../index.ts';
import { accumulate, add, binary, cast, gelu, scale, unary } from '../../index.ts';
import type { BinaryMember, Dispatch, ElementType, Gpu, GpuArray, UnaryMember } from '../../index.ts';
import { bitsOf, randomArray, randomProgram } from '../../testing/randomMaps.ts';
import { uniformNumbers } from '../../testing/numbers.ts';
import * as binaryMembers from '../binary/members.ts';
import * as unaryMembers from '../unary/members.ts';

/** Every dispatch by itself, as on adapters where none waits for the next. */
async function apart<Result>(gpu: Gpu, body: () => Promise<Result>): Promise<Result> {
  const dispatch = gpu.dispatch.bind(gpu);
  gpu.dispatch = ({ program, parameters, reads, writes, workgroups }: Dispatch) =>
    dispatch({ program, parameters, reads, writes, workgroups });
  try {
    return await body();
  } finally {
    gpu.dispatch = dispatch;
  }
}

function dispatchesOf(gpu: Gpu, record: () => void): number {
  const { dispatches } = gpu.statistics;
  record();
  return gpu.statistics.dispatches - dispatches;
}

describe('joined maps', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  /** exp, gelu and a half of an array, each in an array of its own. */
  const chain = (input: GpuArray, length = input.length, on = gpu) => {
    const outputs = ['exp', 'gelu', 'half'].map((label) => on.allocate('f32', length, label));
    const [first, second, third] = outputs as [GpuArray, GpuArray, GpuArray];
    unary(on, { function: unaryMembers.exp, input, output: first, length });
    gelu(on, { input: first, output: second, length });
    scale(on, { input: second, output: third, factor: 0.5, length });
    return [first, second, third] as const;
  };
  const numbers = (length = 100) => Float32Array.from({ length }, (_, index) => Math.sin(index) * 3);

  it.each(Array.from({ length: 8 }, (_, seed) => seed))(
    'of program %i give the bits of each by itself',
    async (seed) => {
      const together = await randomProgram(gpu, seed, 60);
      expect(together).toEqual(await apart(gpu, () => randomProgram(gpu, seed, 60)));
    },
  );

  it('are not one formula to a compiler', async () => {
    const run = async () => {
      const seen: ArrayLike<number>[] = [];
      for (const length of [64, 65]) {
        const uniform = uniformNumbers(length);
        const [x, y] = [randomArray(gpu, 'f32', length, uniform), randomArray(gpu, 'f32', length, uniform)];
        const made: GpuArray[] = [];
        const next = (type: ElementType = 'f32') => {
          made.push(gpu.allocate(type, length, 'result'));
          return made.at(-1) as GpuArray;
        };
        const mapped = (member: UnaryMember, input: GpuArray) => {
          const output = next();
          unary(gpu, { function: member, input, output, length });
          return output;
        };
        const both = (member: BinaryMember, a: GpuArray, b: GpuArray | number) => {
          const output = next();
          binary(gpu, { function: member, a, b, output, length });
          return output;
        };
        const root = mapped(unaryMembers.sqrt, x);
        both(binaryMembers.mul, root, root);
        both(binaryMembers.add, both(binaryMembers.sub, x, y), y);
        mapped(unaryMembers.neg, mapped(unaryMembers.neg, x));
        mapped(unaryMembers.reciprocal, mapped(unaryMembers.reciprocal, x));
        both(binaryMembers.mul, both(binaryMembers.mul, x, 1e30), 1e-30);
        const same = mapped(unaryMembers.abs, y);
        both(binaryMembers.sub, same, same);
        both(binaryMembers.div, same, mapped(unaryMembers.abs, same));
        const whole = next('i32');
        cast(gpu, { input: x, output: whole, length });
        cast(gpu, { input: whole, output: next(), length });
        for (const array of made) seen.push(await bitsOf(gpu, array));
        for (const array of [x, y, ...made]) gpu.release(array);
      }
      return seen;
    };
    expect(await run()).toEqual(await apart(gpu, run));
  });

  it('take one dispatch on software adapters, with the values of each', async () => {
    const input = gpu.upload(numbers(), 'f32', 'input');
    const { software } = gpu.profile;
    let outputs: readonly GpuArray[] = [];
    expect(dispatchesOf(gpu, () => (outputs = chain(input)))).toBe(software ? 1 : 3);
    const alone = await apart(gpu, async () => Promise.all(chain(input).map((array) => gpu.read(array))));
    for (const [index, array] of outputs.entries()) expect(await gpu.read(array)).toEqual(alone[index]);
  });

  it('are recorded before anything that could tell', async () => {
    const input = gpu.upload(numbers(), 'f32', 'input');
    const expected = await apart(gpu, async () => gpu.read(chain(input)[2]));
    // What is read, released, written to, or profiled.
    expect(await gpu.read(chain(input)[2])).toEqual(expected);
    const [first, second, third] = chain(input);
    gpu.release(first);
    gpu.clear(gpu.allocate('f32', 100, 'in the memory of the first'));
    scale(gpu, { input: second, output: gpu.allocate('f32', 100, 'another'), factor: 1, length: 100 });
    gpu.release(second);
    expect(await gpu.read(third)).toEqual(expected);
    const [, , last] = chain(input);
    accumulate(gpu, { value: last, target: input, length: 100 });
    expect(await gpu.read(last)).toEqual(expected);
    gpu.write(input, numbers());
    gpu.scope(() => chain(input));
    const kept = gpu.scope(() => {
      const [, , result] = chain(input);
      gpu.retain(result);
      return result;
    });
    expect(await gpu.read(kept)).toEqual(expected);
    if (gpu.info.features.includes('timestamp-query')) {
      gpu.startProfiling();
      chain(input);
      const rows = await gpu.stopProfiling();
      expect(rows.reduce((count, row) => count + row.calls, 0)).toBe(3);
    }
  });

  it('let written data reach all that is not submitted yet, as before', async () => {
    const input = gpu.upload(numbers(), 'f32', 'input');
    const run = async () => {
      const output = chain(input)[2];
      gpu.write(input, new Float32Array(100).fill(2));
      const seen = await bitsOf(gpu, output);
      gpu.write(input, numbers());
      return seen;
    };
    expect(await run()).toEqual(await apart(gpu, run));
  });

  it('say what is wrong at the call that is wrong, and keep what was right', async () => {
    const input = gpu.upload(numbers(), 'f32', 'input');
    const expected = await apart(gpu, async () => gpu.read(chain(input)[0]));
    const [gone, output] = [gpu.allocate('f32', 5000, 'gone'), gpu.allocate('f32', 100, 'output')];
    gpu.release(gone);
    const other = await openDevice();
    const foreign = other.upload(numbers(), 'f32', 'foreign');
    const [first] = chain(input);
    expect(() => add(gpu, { a: first, b: gone, output, length: 100 })).toThrow(ReleasedArrayError);
    expect(() => add(gpu, { a: first, b: input, output: gone, length: 100 })).toThrow(ReleasedArrayError);
    expect(() => add(gpu, { a: first, b: foreign, output, length: 100 })).toThrow(/is on/);
    expect(() => add(gpu, { a: first, b: input, output: first, length: 100 })).toThrow(/shares memory/);
    expect(() => scale(gpu, { input: first, output, factor: 1, length: 101 })).toThrow(KernelArgumentError);
    expect(() =>
      gpu.scope(() => {
        chain(first);
        throw new Error('in between');
      }),
    ).toThrow('in between');
    // Two devices in turns.
    const theirs = chain(foreign, 100, other);
    const ours = chain(input);
    expect(await other.read(theirs[0])).toEqual(expected);
    expect(await gpu.read(ours[0])).toEqual(expected);
    expect(await gpu.read(first)).toEqual(expected);
    // Nothing is left to record on a device that is gone.
    const [late] = chain(foreign, 100, other);
    other.destroy();
    other.release(late);
    expect(() => chain(foreign, 100, other)).toThrow(/destroyed/);
  });

  it('are compiled ahead as they will be recorded', async () => {
    const fresh = await openDevice();
    const input = fresh.upload(numbers(64), 'f32', 'input');
    await fresh.prepare(() => chain(input, 64, fresh));
    const { pipelines } = fresh.statistics;
    expect(pipelines).toBe(fresh.profile.software ? 1 : 3);
    await fresh.read(chain(input, 64, fresh)[2]);
    expect(fresh.statistics.pipelines).toBe(pipelines);
    fresh.destroy();
  });

  it('stop at as many arrays as every adapter binds', async () => {
    if (!gpu.profile.software) return;
    const input = gpu.upload(numbers(), 'f32', 'input');
    const run = async () => {
      const results = [input];
      for (let index = 0; index < 20; index++) {
        const output = gpu.allocate('f32', 100, 'result');
        scale(gpu, { input: results[index] as GpuArray, output, factor: 1.5, length: 100 });
        results.push(output);
      }
      return bitsOf(gpu, results.at(-1) as GpuArray);
    };
    const { dispatches } = gpu.statistics;
    const together = await run();
    // Seven results and what the first reads are eight arrays.
    expect(gpu.statistics.dispatches - dispatches).toBe(3);
    expect(together).toEqual(await apart(gpu, run));
  });
});
