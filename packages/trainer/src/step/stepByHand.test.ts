import type { Tensor } from '@attune/tensor';
import { describe, expect, it } from 'vitest';
import { make, value } from '../testing/regression.ts';

describe('a step by hand', () => {
  const batch = {
    input_x: { data: Float32Array.of(1, 2), shape: [2] },
    labels: { data: Float32Array.of(3, 4), shape: [2] },
  };

  it.each([false, true])('learns before any run once there is an optimizer: fp16 %s', async (fp16) => {
    const { model, trainer } = await make({ fp16 });
    const optimizer = await trainer.createOptimizer({ model, learningRates: 0.1 });
    const step = () =>
      trainer.trainingStep(model, batch, {
        numItemsInBatch: 2,
        context: {},
        backward: (loss) => {
          optimizer.recordLoss(loss);
          loss.backward(optimizer.lossScale);
        },
      });
    // (9 + 16) / 2 at a = b = 0, where AdamW's first step is the rate.
    expect(await (step() as Tensor).item()).toBeCloseTo(12.5, 5);
    await optimizer.step();
    expect(await value(model.a)).toBeCloseTo(0.1, 5);
    optimizer.dispose();
  });

  it('in fp16 says what it waits for', async () => {
    const { model, trainer } = await make({ fp16: true });
    const step = () =>
      trainer.trainingStep(model, batch, { numItemsInBatch: 2, context: {}, backward: () => undefined });
    expect(step).toThrow(/fp16 is loaded by createOptimizer\(\), train\(\)/);
  });
});
