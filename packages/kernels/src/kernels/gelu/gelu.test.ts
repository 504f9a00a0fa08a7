import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { expectGradient } from '../../testing/expectGradient.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { gelu, geluBackward, geluBackwardWithBias } from './index.ts';
import { columnSumReference } from '../columnSum/reference.ts';
import { erf, geluBackwardReference, geluReference } from './reference.ts';

const lengths = [1, 3, 17, 63, 65, 129, 512, 5000];
const types: FloatType[] = ['f32', 'f16'];
const extremes = [
  0, -0, 1e-30, -1e-30, 1e-4, 0.6249, 0.6251, 3.83, 5.42, -5.42, 5.5, -5.6, 14, -14.5, 88.8, -88.8, 1e4, -1e4, 1e30,
  -1e30, 3e38, -3e38,
];

/**
 * The rational erf is right to 6 roundings; the product and the sum, which cancels for negative x,
 * add four relative to |x| / 2.
 */
const geluRoundings = 10;
describe('gelu', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  async function run(input: Float64Array, gradOutput: Float64Array, type: FloatType) {
    const length = input.length;
    const arrays = gpu.scope(() => {
      const given = uploadFloats(gpu, input, type, 'input');
      const gradient = uploadFloats(gpu, gradOutput, type, 'gradOutput');
      const output = () => staleOutput(gpu, length, type, 'output');
      const results = { gelu: output(), geluBackward: output() };
      gelu(gpu, { input: given, output: results.gelu, length });
      geluBackward(gpu, { gradOutput: gradient, input: given, gradInput: results.geluBackward, length });
      for (const array of Object.values(results)) gpu.retain(array);
      return results;
    });
    const read = async (name: keyof typeof arrays) => readFloats(gpu, arrays[name], length);
    const results = {
      gelu: await read('gelu'),
      geluBackward: await read('geluBackward'),
    };
    for (const array of Object.values(arrays)) gpu.release(array);
    return results;
  }

  function expectRight(
    input: Float64Array,
    gradOutput: Float64Array,
    type: FloatType,
    results: Awaited<ReturnType<typeof run>>,
  ) {
    expectClose(
      results.gelu,
      geluReference(input),
      { type, roundings: geluRoundings, magnitude: input.map((x) => Math.min(6, Math.abs(x)) / 2) },
      'gelu',
    );
    // The derivative is at most 1.13; exp(-x^2 / 2) carries up to 3 + x^2 units where it still
    // counts.
    const slopes = gradOutput.map((value) => 2 * Math.abs(value));
    expectClose(
      results.geluBackward,
      geluBackwardReference(gradOutput, input),
      { type, roundings: geluRoundings, magnitude: slopes },
      'geluBackward',
    );
  }

  for (const type of types) {
    it.each(lengths)(`equals the reference over %i elements of ${type}`, async (length) => {
      const input = rounded(normalNumbers(length, length, { deviation: 2 }), type);
      const gradOutput = rounded(normalNumbers(length, 7), type);
      expectRight(input, gradOutput, type, await run(input, gradOutput, type));
    });
  }

  for (const type of types) {
    it.each([
      [1, 1],
      [3, 17],
      [17, 3],
      [63, 65],
      [129, 8],
      [1500, 4],
      [0, 5],
    ])(
      `geluBackward with the bias equals the reference over [%i, %i] of ${type}, written and added`,
      async (rows, columns) => {
        const length = rows * columns;
        const input = rounded(normalNumbers(length, length, { deviation: 2 }), type);
        const gradOutput = rounded(normalNumbers(length, 7), type);
        const before = rounded(normalNumbers(columns, 9), 'f32');
        const gradients = geluBackwardReference(gradOutput, input);
        const sums = columnSumReference(gradients, rows, columns);
        const magnitude = columnSumReference(
          gradOutput.map((value) => 2 * Math.abs(value)),
          rows,
          columns,
        );
        for (const accumulate of [false, true]) {
          const gradInput = staleOutput(gpu, length, type, 'gradInput');
          const gradBias = accumulate
            ? uploadFloats(gpu, before, 'f32', 'gradBias')
            : staleOutput(gpu, columns, 'f32', 'gradBias');
          const [given, gradient] = [
            uploadFloats(gpu, input, type, 'input'),
            uploadFloats(gpu, gradOutput, type, 'gradOutput'),
          ];
          geluBackwardWithBias(gpu, {
            gradOutput: gradient,
            input: given,
            gradInput,
            gradBias,
            rows,
            columns,
            accumulate,
          });
          const slopes = gradOutput.map((value) => 2 * Math.abs(value));
          expectClose(
            await readFloats(gpu, gradInput, length),
            gradients,
            { type, roundings: geluRoundings, magnitude: slopes },
            'gradInput',
          );
          const expected = sums.map((sum, column) => sum + (accumulate ? before[column]! : 0));
          const bound = {
            roundings: geluRoundings + 4 * Math.sqrt(rows),
            magnitude: magnitude.map((value) => value + 1),
          };
          expectClose(await readFloats(gpu, gradBias, columns), expected, bound, 'gradBias');
          for (const array of [gradInput, gradBias, given, gradient]) gpu.release(array);
        }
      },
    );
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

  it('has a reference erf that is right', () => {
    // From the tables of Abramowitz and Stegun, 7.1, and NIST's Digital Library of Mathematical
    // Functions.
    expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 15);
    expect(erf(1)).toBeCloseTo(0.8427007929497149, 15);
    expect(erf(2)).toBeCloseTo(0.9953222650189527, 15);
    expect(erf(3)).toBeCloseTo(0.9999779095030014, 15);
    expect(erf(-1)).toBe(-erf(1));
  });

  it('has a gradient that is the slope of its reference', () => {
    const input = Float64Array.of(-3, -1, -0.3, 0, 0.2, 1.7, 4);
    const gradOutput = Float64Array.of(1, -2, 3, 0.5, 1, 1, 2);
    const weighted = (output: Float64Array) =>
      output.reduce((sum, value, index) => sum + value * (gradOutput[index] as number), 0);
    expectGradient((changed) => weighted(geluReference(changed)), input, geluBackwardReference(gradOutput, input));
  });

  it('compiles in every type and width', async () => {
    await compileOnNull((nullGpu) => {
      for (const type of types) {
        for (const length of [7, 8]) {
          const [input, gradOutput, output] = [
            nullGpu.allocate(type, 8, 'input'),
            nullGpu.allocate('f32', 8, 'gradOutput'),
            nullGpu.allocate(type, 8, 'output'),
          ];
          gelu(nullGpu, { input, output, length });
          geluBackward(nullGpu, { gradOutput, input, gradInput: output, length });
          const gradBias = nullGpu.allocate('f32', 8, 'gradBias');
          geluBackwardWithBias(nullGpu, { gradOutput, input, gradInput: output, gradBias, rows: 1, columns: length });
        }
      }
    });
  });
});
