import { expect } from 'vitest';
import { KernelArgumentError } from '../index.ts';
import { accumulate, add, binary, binaryResult, cast, fill, gelu, scale } from '../index.ts';
import { unary, unaryBackward, unaryResult, where } from '../index.ts';
import type { ElementType, Gpu, GpuArray } from '../index.ts';
import { toHalfBits } from '../testing/half.ts';
import { uniformNumbers } from '../testing/numbers.ts';
import * as binaryMembers from '../kernels/binary/members.ts';
import * as unaryMembers from '../kernels/unary/members.ts';

const ofUnary = Object.values(unaryMembers);
const ofBinary = Object.values(binaryMembers);
const types: ElementType[] = ['f32', 'f32', 'f32', 'i32', 'u32', 'f16'];
const special = [0, -0, 1, -1, 0.5, 1e-40, 3.4e38, Infinity, -Infinity, NaN];

/** The bits of an array, and one NaN for all: its sign is what a compiler makes it. */
export async function bitsOf(gpu: Gpu, array: GpuArray): Promise<ArrayLike<number>> {
  const data = await gpu.read(array);
  if (data instanceof Float32Array) {
    const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
    return bits.map((word, index) => (Number.isNaN(data[index]) ? 0x7fc00000 : word));
  }
  return data instanceof Uint16Array ? data.map((half) => ((half & 0x7fff) > 0x7c00 ? 0x7e00 : half)) : data;
}

/** Numbers for every type, some of them zeros, infinities and NaN. */
export function randomArray(gpu: Gpu, type: ElementType, length: number, uniform: () => number): GpuArray {
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
  const live = types.map((type) => randomArray(gpu, type, length, uniform));
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
export async function randomProgram(gpu: Gpu, seed: number, count: number): Promise<ArrayLike<number>[]> {
  const bench = makeBench(gpu, seed);
  const { uniform, pick, live } = bench;
  const seen: ArrayLike<number>[] = [];
  const [steps, between] = [mapSteps(bench), stepsBetween(bench, seen)];
  for (let index = 0; index < count; index++) await pick(uniform() < 0.8 ? steps : between)();
  for (const array of live) seen.push(await bitsOf(gpu, array));
  for (const array of live) gpu.release(array);
  return seen;
}
