import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { expectGradient } from '../../testing/expectGradient.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { tanh, tanhBackward } from './index.ts';
import { tanhBackwardReference, tanhReference } from './reference.ts';

const lengths = [1, 3, 17, 63, 65, 129, 512, 5000];
const types: FloatType[] = ['f32', 'f16'];
const extremes = [
  0, -0, 1e-30, -1e-30, 1e-4, 0.6249, 0.6251, 3.83, 5.42, -5.42, 14, -14.5, 88.8, -88.8, 1e4, -1e4, 1e30, -1e30, 3e38,
  -3e38,
];

/**
 * Cephes' tanh is right to two roundings, exp's 3 + 2|x| units count only where they are damped by
 * exp(-2|x|).
 */
const roundings = 8;

describe('tanh', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  async function run(input: Float64Array, gradOutput: Float64Array, type: FloatType) {
    const length = input.length;
    const given = uploadFloats(gpu, input, type, 'input');
    const gradient = uploadFloats(gpu, gradOutput, type, 'gradOutput');
    const [output, gradInput] = [staleOutput(gpu, length, type, 'output'), staleOutput(gpu, length, type, 'gradInput')];
    tanh(gpu, { input: given, output, length });
    tanhBackward(gpu, { gradOutput: gradient, output, gradInput, length });
    const results = {
      output: await readFloats(gpu, output, length),
      gradInput: await readFloats(gpu, gradInput, length),
    };
    for (const array of [given, gradient, output, gradInput]) gpu.release(array);
    return results;
  }

  function expectRight(
    input: Float64Array,
    gradOutput: Float64Array,
    type: FloatType,
    { output, gradInput }: Awaited<ReturnType<typeof run>>,
  ) {
    expectClose(output, tanhReference(input), { type, roundings }, 'output');
    expectClose(gradInput, tanhBackwardReference(gradOutput, output), { type, roundings: 4 }, 'gradInput');
  }

  for (const type of types) {
    it.each(lengths)(`equals the reference over %i elements of ${type}`, async (length) => {
      const input = rounded(normalNumbers(length, length, { deviation: 2 }), type);
      const gradOutput = rounded(normalNumbers(length, 7), type);
      expectRight(input, gradOutput, type, await run(input, gradOutput, type));
    });
  }

  it('is right on a fine grid from -8 to 8', async () => {
    const input = rounded(
      Array.from({ length: 16001 }, (_, index) => index / 1000 - 8),
      'f32',
    );
    const gradOutput = new Float64Array(input.length).fill(1);
    expectRight(input, gradOutput, 'f32', await run(input, gradOutput, 'f32'));
  });

  it('stays right, finite and without NaN from 0 to 3e38', async () => {
    const input = rounded(extremes, 'f32');
    const gradOutput = new Float64Array(input.length).fill(-3);
    const results = await run(input, gradOutput, 'f32');
    expectRight(input, gradOutput, 'f32', results);
    for (const values of Object.values(results)) expect(values.every(Number.isFinite)).toBe(true);
  });

  it('passes NaN on', async () => {
    const results = await run(Float64Array.of(NaN, 1), Float64Array.of(1, 1), 'f32');
    for (const values of Object.values(results)) expect([...values].map(Number.isNaN)).toEqual([true, false]);
  });

  it('has a gradient that is the slope of its reference', () => {
    const input = Float64Array.of(-3, -1, -0.3, 0, 0.2, 1.7, 4);
    const gradOutput = Float64Array.of(1, -2, 3, 0.5, 1, 1, 2);
    const weighted = (output: Float64Array) =>
      output.reduce((sum, value, index) => sum + value * (gradOutput[index] as number), 0);
    expectGradient(
      (changed) => weighted(tanhReference(changed)),
      input,
      tanhBackwardReference(gradOutput, tanhReference(input)),
    );
  });

  it('compiles in every type and width', async () => {
    await compileOnNull((nullGpu) => {
      for (const type of types) {
        for (const length of [7, 8]) {
          const array = (label: string) => nullGpu.allocate(type, 8, label);
          const [input, gradOutput, output] = [array('input'), array('gradOutput'), array('output')];
          tanh(nullGpu, { input, output, length });
          tanhBackward(nullGpu, { gradOutput, output: input, gradInput: output, length });
        }
      }
    });
  });
});
