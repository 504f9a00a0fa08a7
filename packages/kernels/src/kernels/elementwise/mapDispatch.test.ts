import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelArgumentError, openDevice, ReleasedArrayError } from '../../index.ts';
import { accumulate, add, binary, binaryResult, cast, fill, gelu, scale } from '../../index.ts';
import { unary, unaryBackward, unaryResult, where } from '../../index.ts';
import type { BinaryMember, Dispatch, ElementType, Gpu, GpuArray, UnaryMember } from '../../index.ts';
import { toHalfBits } from '../../testing/half.ts';
import { uniformNumbers } from '../../testing/numbers.ts';
import * as binaryMembers from '../binary/members.ts';
import * as unaryMembers from '../unary/members.ts';

const ofUnary = Object.values(unaryMembers);
const ofBinary = Object.values(binaryMembers);
const types: ElementType[] = ['f32', 'f32', 'f32', 'i32', 'u32', 'f16'];
const special = [0, -0, 1, -1, 0.5, 1e-40, 3.4e38, Infinity, -Infinity, NaN];

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

/** The bits of an array, and one NaN for all: its sign is what a compiler makes it. */
async function bitsOf(gpu: Gpu, array: GpuArray): Promise<ArrayLike<number>> {
  const data = await gpu.read(array);
  if (data instanceof Float32Array) {
    const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
    return bits.map((word, index) => (Number.isNaN(data[index]) ? 0x7fc00000 : word));
  }
  return data instanceof Uint16Array ? data.map((half) => ((half & 0x7fff) > 0x7c00 ? 0x7e00 : half)) : data;
}

function given(gpu: Gpu, type: ElementType, length: number, uniform: () => number): GpuArray {
  const numbers = Array.from({ length }, () =>
    uniform() < 0.1 ? (special[Math.floor(uniform() * special.length)] as number) : (uniform() - 0.5) * 20,
  );
  if (type === 'f16') return gpu.upload(toHalfBits(numbers), type, 'given');
  if (type === 'f32') return gpu.upload(Float32Array.from(numbers), type, 'given');
  const whole = numbers.map((value) => (Number.isFinite(value) ? value * 1e8 : 7));
  return gpu.upload(type === 'i32' ? Int32Array.from(whole) : Uint32Array.from(whole, Math.abs), type, 'given');
}

/** What a random program has at hand. */
function makeBench(gpu: Gpu, seed: number) {
  const uniform = uniformNumbers(seed);
  const pick = <Value>(values: readonly Value[]) => values[Math.floor(uniform() * values.length)] as Value;
  const length = pick([1, 7, 64, 257, 1024]);
  const live = types.map((type) => given(gpu, type, length, uniform));
  // The last result more often than others, as programs do.
  const operand = (isFit: (array: GpuArray) => boolean = () => true) => {
    const last = live.at(-1) as GpuArray;
    return uniform() < 0.6 && isFit(last) ? last : (pick(live.filter(isFit)) ?? last);
  };
  const output = (type: ElementType, of = length) => gpu.allocate(type, of, 'result');
  return { gpu, uniform, pick, length, live, operand, output };
}

type Bench = ReturnType<typeof makeBench>;

const isFloat = ({ elementType }: GpuArray) => elementType === 'f32' || elementType === 'f16';

/** Element-wise kernels, which may be joined. */
function mapSteps({ gpu, uniform, pick, length, live, operand, output }: Bench): (() => void)[] {
  return [
    () => {
      const [member, input] = [pick(ofUnary), operand()];
      const result = output(unaryResult(member, input.elementType));
      unary(gpu, { function: member, input, output: result, length, p: 0.25, q: 3 });
      live.push(result);
    },
    () => {
      const [member, a] = [pick(ofBinary), operand()];
      const b = uniform() < 0.5 ? pick([2, 0.5, -1, 0]) : operand((array) => array.elementType === a.elementType);
      const result = output(binaryResult(member, a, b));
      binary(gpu, { function: member, a, b, output: result, length });
      live.push(result);
    },
    () => {
      const condition = operand(({ elementType }) => elementType === 'u32');
      const a = operand(isFloat);
      const result = output('f32');
      where(gpu, { condition, a, b: uniform() < 0.5 ? 0.5 : operand(isFloat), output: result, length });
      live.push(result);
    },
    () => {
      const result = output(pick(types));
      cast(gpu, { input: operand(), output: result, length });
      live.push(result);
    },
    () => {
      const [input, result] = [operand(isFloat), output('f32')];
      if (uniform() < 0.5) gelu(gpu, { input, output: result, length });
      else scale(gpu, { input, output: result, factor: 1 / 3, length });
      live.push(result);
    },
    () => {
      const result = output(pick(types));
      fill(gpu, { output: result, value: pick([1, 3, -2]), length });
      live.push(result);
    },
    // Into a result that others have read.
    () => {
      const [target, value] = [operand(isFloat), operand(isFloat)];
      if (target.storage !== value.storage) accumulate(gpu, { value, target, factor: 0.5, length });
    },
    () => {
      const [input, gradOutput, gradInput] = [operand(isFloat), operand(isFloat), output('f32')];
      unaryBackward(gpu, {
        function: pick([unaryMembers.exp, unaryMembers.silu]),
        gradOutput,
        input,
        gradInput,
        length,
      });
      live.push(gradInput);
    },
  ];
}

/** What lies between them in programs. */
function stepsBetween(
  { gpu, uniform, length, live, operand, output }: Bench,
  seen: ArrayLike<number>[],
): (() => void | Promise<void>)[] {
  return [
    () => {
      const [input, target] = [operand(isFloat), operand(({ elementType }) => elementType === 'f32')];
      if (input.storage !== target.storage) scale(gpu, { input, output: target, factor: -2, length });
    },
    () => {
      if (live.length > 8) gpu.release(live.splice(Math.floor(uniform() * live.length), 1)[0] as GpuArray);
    },
    () => {
      const source = operand();
      const result = output(source.elementType);
      gpu.copy(source, result);
      live.push(result);
    },
    () => gpu.clear(operand()),
    // Other lengths, and a part of a result.
    () => {
      const input = operand(({ elementType }) => elementType === 'f32');
      const result = output('f32');
      const few = Math.ceil(length / 2);
      gpu.clear(result);
      scale(gpu, { input: input.view(0, few), output: result, factor: 3, length: few });
      live.push(result);
    },
    () => {
      expect(() => add(gpu, { a: operand(), b: operand(), output: output('f32', length - 1), length })).toThrow(
        KernelArgumentError,
      );
    },
    () => gpu.flush(),
    async () => void seen.push(await bitsOf(gpu, operand())),
  ];
}

/** Kernels that no plan made: mostly element-wise, with what lies between them in programs. */
async function randomProgram(gpu: Gpu, seed: number, count: number): Promise<ArrayLike<number>[]> {
  const bench = makeBench(gpu, seed);
  const { uniform, pick, live } = bench;
  const seen: ArrayLike<number>[] = [];
  const [steps, between] = [mapSteps(bench), stepsBetween(bench, seen)];
  for (let index = 0; index < count; index++) await pick(uniform() < 0.8 ? steps : between)();
  for (const array of live) seen.push(await bitsOf(gpu, array));
  for (const array of live) gpu.release(array);
  return seen;
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
        const [x, y] = [given(gpu, 'f32', length, uniform), given(gpu, 'f32', length, uniform)];
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
