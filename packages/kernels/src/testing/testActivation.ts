import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDevice } from '../index.ts';
import type { Gpu, GpuArray } from '../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from './arrays.ts';
import type { FloatType } from './arrays.ts';
import { compileOnNull } from './compileOnNull.ts';
import { expectClose } from './expectClose.ts';
import type { Bound } from './expectClose.ts';
import { expectGradient } from './expectGradient.ts';
import { normalNumbers } from './numbers.ts';

const types: FloatType[] = ['f32', 'f16'];
const extremes = [
  0, -0, 1e-30, -1e-30, 1e-4, 0.6249, 0.6251, 3.83, 5.42, -5.42, 5.5, -5.6, 14, -14.5, 88.8, -88.8, 1e4, -1e4, 1e30,
  -1e30, 3e38, -3e38,
];

export interface ActivationArrays {
  readonly input: GpuArray;
  readonly gradOutput: GpuArray;
  readonly output: GpuArray;
  readonly gradInput: GpuArray;
}

/** A function of each element by itself, with its gradient and their references. */
export interface ActivationUnderTest {
  /** Records the forward, then the backward. */
  readonly record: (gpu: Gpu, arrays: ActivationArrays, length: number) => void;
  readonly reference: (input: Float64Array) => Float64Array;
  /** `output` is what the forward computed: some gradients are functions of it. */
  readonly backwardReference: (
    gradOutput: ArrayLike<number>,
    input: ArrayLike<number>,
    output: ArrayLike<number>,
  ) => Float64Array;
  readonly bound: (input: Float64Array) => Bound;
  readonly gradientBound: (gradOutput: Float64Array) => Bound;
}

/** Declares the tests that every activation passes. Returns the device, for tests of its own. */
export function testActivation(tested: ActivationUnderTest): () => Gpu {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  async function run(input: Float64Array, gradOutput: Float64Array, type: FloatType) {
    const length = input.length;
    const arrays = {
      input: uploadFloats(gpu, input, type, 'input'),
      gradOutput: uploadFloats(gpu, gradOutput, type, 'gradOutput'),
      output: staleOutput(gpu, length, type, 'output'),
      gradInput: staleOutput(gpu, length, type, 'gradInput'),
    };
    tested.record(gpu, arrays, length);
    const output = await readFloats(gpu, arrays.output, length);
    const gradInput = await readFloats(gpu, arrays.gradInput, length);
    for (const array of Object.values(arrays)) gpu.release(array);
    return { output, gradInput };
  }

  async function check(input: Float64Array, gradOutput: Float64Array, type: FloatType) {
    const { output, gradInput } = await run(input, gradOutput, type);
    expectClose(output, tested.reference(input), { type, ...tested.bound(input) }, 'output');
    const gradient = tested.backwardReference(gradOutput, input, output);
    expectClose(gradInput, gradient, { type, ...tested.gradientBound(gradOutput) }, 'gradInput');
    return [...output, ...gradInput];
  }

  for (const type of types) {
    it.each([1, 3, 17, 63, 65, 129, 512, 5000])(`equals the reference over %i elements of ${type}`, async (length) => {
      const input = rounded(normalNumbers(length, length, { deviation: 2 }), type);
      await check(input, rounded(normalNumbers(length, 7), type), type);
    });
  }

  it('is right on a fine grid from -8 to 8', async () => {
    const grid = Array.from({ length: 16001 }, (_, index) => index / 1000 - 8);
    await check(rounded(grid, 'f32'), new Float64Array(grid.length).fill(1), 'f32');
  });

  it('stays right, finite and without NaN from 0 to 3e38', async () => {
    const values = await check(rounded(extremes, 'f32'), new Float64Array(extremes.length).fill(-3), 'f32');
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('passes NaN on', async () => {
    const results = await run(Float64Array.of(NaN, 1), Float64Array.of(1, 1), 'f32');
    for (const values of Object.values(results)) expect([...values].map(Number.isNaN)).toEqual([true, false]);
  });

  testWithoutRunning(tested);
  return () => gpu;
}

/** The tests that need no computation on the GPU. */
function testWithoutRunning({ record, reference, backwardReference }: ActivationUnderTest): void {
  it('has a gradient that is the slope of its reference', () => {
    const input = Float64Array.of(-3, -1, -0.3, 0, 0.2, 1.7, 4);
    const gradOutput = Float64Array.of(1, -2, 3, 0.5, 1, 1, 2);
    const weighted = (output: Float64Array) =>
      output.reduce((sum, value, index) => sum + value * (gradOutput[index] as number), 0);
    expectGradient(
      (changed) => weighted(reference(changed)),
      input,
      backwardReference(gradOutput, input, reference(input)),
    );
  });

  it('compiles in every type and width', () =>
    compileOnNull((nullGpu) => {
      for (const type of types) {
        for (const gradientType of types) {
          const [input, output] = [nullGpu.allocate(type, 8, 'input'), nullGpu.allocate(type, 8, 'output')];
          const gradOutput = nullGpu.allocate(gradientType, 8, 'gradOutput');
          const gradInput = nullGpu.allocate(type, 8, 'gradInput');
          for (const length of [7, 8]) record(nullGpu, { input, gradOutput, output, gradInput }, length);
        }
      }
    }));
}
