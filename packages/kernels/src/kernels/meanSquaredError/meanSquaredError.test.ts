import { describe, it } from 'vitest';
import { meanSquaredError } from '../../index.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { testElementwiseLoss } from '../../testing/testElementwiseLoss.ts';
import { meanSquaredErrorReference } from './reference.ts';

describe('meanSquaredError', () => {
  const run = testElementwiseLoss({
    kernel: 'meanSquaredError',
    inputName: 'predictions',
    record: (gpu, { input, targets, loss, gradient }, options) =>
      meanSquaredError(gpu, { predictions: input, targets, loss, gradPredictions: gradient, ...options }),
    reference: (predictions, targets, weight) => {
      const { loss, gradPredictions } = meanSquaredErrorReference(predictions, targets, weight);
      return { loss, gradient: gradPredictions };
    },
    makeCase: (length, magnitude = 1) => ({
      input: normalNumbers(length, length, { deviation: magnitude }),
      targets: normalNumbers(length, length + 7, { deviation: magnitude }),
      weight: 1 / Math.max(1, length),
    }),
    magnitudes: [1e-10, 1e4, 1e15],
    // Each square rounds three times; then 4 terms, 64 of those sums, and 64 of those are added.
    lossBound: () => ({ roundings: 3 + 4 + 64 + 64 }),
    gradientBound: ({ input, targets, weight }) => ({
      roundings: 3,
      magnitude: input.map(
        (value, index) => 2 * Math.abs(weight) * (Math.abs(value) + Math.abs(targets[index] as number)),
      ),
    }),
  });

  it('equals torch 2.13', async () => {
    const { loss, gradient } = await run({
      input: Float32Array.of(0.5, -1, 2),
      targets: Float32Array.of(0, 1, 2.5),
      weight: 1 / 3,
    });
    expectClose([loss], [1.5], { roundings: 2 });
    expectClose(gradient, [1 / 3, -4 / 3, -1 / 3], { roundings: 2 });
  });
});
