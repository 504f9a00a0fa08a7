import { AdamW, autocast, defaultDevice, type Device } from '@attune/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeTinyBert, tinyBatch } from '../testing/tinyBert.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const settings = { numHiddenLayers: 5 };
/** Of its tokens the last is padding. */
const batch = { ...tinyBatch, attention_mask: { data: Int32Array.of(1, 1, 1, 1, 1, 0), shape: [2, 3] } };

/**
 * Losses of two steps and the weights after them, and the most memory that a backward pass needed.
 */
async function train(checkpointing: { everyNLayers?: number } | null, { fp16 = false, frozen = false } = {}) {
  using model = await makeTinyBert(device, settings);
  if (checkpointing) model.activationCheckpointingEnable(checkpointing);
  if (frozen)
    for (const [name, parameter] of model.namedParameters())
      parameter.requiresGrad = !/embeddings|layer\.[012]\./.test(name);
  using optimizer = new AdamW(
    [...model.parameters()].filter(({ requiresGrad }) => requiresGrad),
    { lr: 1e-2, fp16 },
  );
  model.train();
  const losses: number[] = [];
  const { liveBytes } = device.memory;
  device.resetPeakMemory();
  for (let update = 0; update < 2; update++) {
    for (const exampleOffset of [0, 2]) {
      const options = { seed: 3, update, exampleOffset, numItemsInBatch: 4 };
      const { loss } = fp16 ? autocast(() => model.forward(batch, options)) : model.forward(batch, options);
      loss!.backward(64, { releaseResults: true });
      losses.push(await loss!.item());
      loss!.dispose();
    }
    await optimizer.step();
    optimizer.zeroGrad();
  }
  const peak = device.memory.peakBytes - liveBytes;
  const weights = [...(await model.stateDict())].map(([name, { data }]) => [name, [...data]]);
  return { bits: { losses, weights }, peak };
}

describe('activation checkpointing', () => {
  it.each([{ fp16: false }, { fp16: true }, { frozen: true }])('has the bits of training without: %o', async (how) => {
    const plain = await train(null, how);
    for (const checkpointing of [{}, { everyNLayers: 2 }]) {
      const { bits } = await train(checkpointing, how);
      expect(bits).toEqual(plain.bits);
    }
  });

  it('saves the more the more layers it is of', async () => {
    const peaks = [];
    for (const how of [{}, { everyNLayers: 2 }, null]) peaks.push((await train(how)).peak);
    const [all, half, none] = peaks as [number, number, number];
    expect(all).toBeLessThan(half);
    expect(half).toBeLessThan(none);
  });

  it('is switched on and off, and says what it does not know', async () => {
    using model = await makeTinyBert(device, settings);
    expect(model.isActivationCheckpointing).toBe(false);
    model.activationCheckpointingEnable();
    expect(model.isActivationCheckpointing).toBe(true);
    model.activationCheckpointingDisable();
    model.gradientCheckpointingEnable({ everyNLayers: 2 });
    expect(model.bert.encoder.checkpointEvery).toBe(2);
    model.gradientCheckpointingDisable();
    expect(model.isActivationCheckpointing).toBe(false);
    expect(() => model.activationCheckpointingEnable({ everyNLayers: 0 })).toThrow(
      /everyNLayers must be a whole number of at least 1; got 0/,
    );
    expect(() => model.activationCheckpointingEnable({ offload: true } as object)).toThrow(/offload/);
  });
});
