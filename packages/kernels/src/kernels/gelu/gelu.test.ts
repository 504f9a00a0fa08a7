import { describe, expect, it } from 'vitest';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { testActivation } from '../../testing/testActivation.ts';
import { columnSumReference } from '../columnSum/reference.ts';
import { gelu, geluBackward, geluBackwardWithBias } from './index.ts';
import { erf, geluBackwardReference, geluReference } from './reference.ts';

const types: FloatType[] = ['f32', 'f16'];

/**
 * The rational erf is right to 6 roundings; the product and the sum, which cancels for negative x,
 * add four relative to |x| / 2.
 */
const roundings = 10;

/**
 * The derivative is at most 1.13; exp(-x^2 / 2) is off by up to 3 + x^2 units where it still
 * counts.
 */
const gradientMagnitude = (gradOutput: Float64Array) => gradOutput.map((value) => 2 * Math.abs(value));

describe('gelu', () => {
  const gpu = testActivation({
    record: (device, { input, gradOutput, output, gradInput }, length) => {
      gelu(device, { input, output, length });
      geluBackward(device, { gradOutput, input, gradInput, length });
    },
    reference: geluReference,
    backwardReference: geluBackwardReference,
    bound: (input) => ({ roundings, magnitude: input.map((x) => Math.min(6, Math.abs(x)) / 2) }),
    gradientBound: (gradOutput) => ({ roundings, magnitude: gradientMagnitude(gradOutput) }),
  });

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
        const magnitude = gradientMagnitude(gradOutput);
        const sumBound = {
          roundings: roundings + 4 * Math.sqrt(rows),
          magnitude: columnSumReference(magnitude, rows, columns).map((value) => value + 1),
        };
        for (const accumulate of [false, true]) {
          const arrays = {
            input: uploadFloats(gpu(), input, type, 'input'),
            gradOutput: uploadFloats(gpu(), gradOutput, type, 'gradOutput'),
            gradInput: staleOutput(gpu(), length, type, 'gradInput'),
            gradBias: accumulate
              ? uploadFloats(gpu(), before, 'f32', 'gradBias')
              : staleOutput(gpu(), columns, 'f32', 'gradBias'),
          };
          geluBackwardWithBias(gpu(), { ...arrays, rows, columns, accumulate });
          const gradInput = await readFloats(gpu(), arrays.gradInput, length);
          expectClose(gradInput, gradients, { type, roundings, magnitude }, 'gradInput');
          const expected = sums.map((sum, column) => sum + (accumulate ? before[column]! : 0));
          expectClose(await readFloats(gpu(), arrays.gradBias, columns), expected, sumBound, 'gradBias');
          for (const array of Object.values(arrays)) gpu().release(array);
        }
      },
    );
  }

  it('has a reference erf that is right', () => {
    // From the tables of Abramowitz and Stegun, 7.1, and NIST's Digital Library of Mathematical
    // Functions.
    expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 15);
    expect(erf(1)).toBeCloseTo(0.8427007929497149, 15);
    expect(erf(2)).toBeCloseTo(0.9953222650189527, 15);
    expect(erf(3)).toBeCloseTo(0.9999779095030014, 15);
    expect(erf(-1)).toBe(-erf(1));
  });

  it('compiles with the bias in every type and width', () =>
    compileOnNull((nullGpu) => {
      for (const type of types) {
        const [input, gradInput] = [nullGpu.allocate(type, 8, 'input'), nullGpu.allocate(type, 8, 'gradInput')];
        const gradOutput = nullGpu.allocate('f32', 8, 'gradOutput');
        const gradBias = nullGpu.allocate('f32', 8, 'gradBias');
        for (const columns of [7, 8])
          geluBackwardWithBias(nullGpu, { gradOutput, input, gradInput, gradBias, rows: 1, columns });
      }
    }));
});
