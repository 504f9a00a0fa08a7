import { describe, it } from 'vitest';
import { binaryCrossEntropyWithLogits } from '../../index.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers, uniformNumbers } from '../../testing/numbers.ts';
import { testElementwiseLoss } from '../../testing/testElementwiseLoss.ts';
import { binaryCrossEntropyReference } from './reference.ts';

describe('binaryCrossEntropyWithLogits', () => {
  const run = testElementwiseLoss({
    kernel: 'binaryCrossEntropyWithLogits',
    inputName: 'logits',
    record: (gpu, { input, targets, loss, gradient }, options) =>
      binaryCrossEntropyWithLogits(gpu, { logits: input, targets, loss, gradLogits: gradient, ...options }),
    reference: (logits, targets, weight) => {
      const { loss, gradLogits } = binaryCrossEntropyReference(logits, targets, weight);
      return { loss, gradient: gradLogits };
    },
    makeCase: (length, magnitude = 1) => ({
      input: normalNumbers(length, length, { deviation: magnitude }),
      targets: Float32Array.from({ length }, uniformNumbers(length)),
      weight: 1 / Math.max(1, length),
    }),
    magnitudes: [1e-10, 100, 1e4, 1e30],
    // exp and log are off by some 8 roundings of 1; then 4 terms, 64 of those sums, and 64 of those
    // are added, of which a part cancels.
    lossBound: ({ input, weight }) => ({
      roundings: 8 + 4 + 64 + 64,
      magnitude: input.reduce((sum, value) => sum + 2 * Math.abs(value) + 1, 0) * Math.abs(weight),
    }),
    gradientBound: ({ weight }) => ({ roundings: 12, magnitude: Math.abs(weight) }),
  });

  it('equals torch 2.13', async () => {
    const { loss, gradient } = await run({
      input: Float32Array.of(-3, 0, 0.5, 100, -100),
      targets: Float32Array.of(0, 1, 0.25, 1, 1),
      weight: 1,
    });
    expectClose([loss], [101.59081151631379], { roundings: 4 });
    expectClose(gradient, [0.04742587317756678, -0.5, 0.3724593312018546, 0, -1], { roundings: 8, magnitude: 1 });
  });

  it('keeps the digits of a small loss', async () => {
    for (const logit of [3, 5, 10, 20, 60]) {
      const { loss } = await run({ input: Float32Array.of(logit), targets: Float32Array.of(1), weight: 1 });
      // exp(x) may be off by 3 + 2 |x| units in the last place.
      expectClose([loss], [Math.log1p(Math.exp(-logit))], { roundings: 20 + 4 * logit });
    }
  });
});
