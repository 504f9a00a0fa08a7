import { defaultDevice, sum, type Device } from '@attune/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeTinyBert, tinyBatch } from '../testing/tinyBert.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const settings = { numHiddenLayers: 1, hiddenDropoutProb: 0, attentionProbsDropoutProb: 0 };
const { input_ids } = tinyBatch;

/** Logits and a gradient of a fresh model. */
async function compute(alpha: number | null, { update = 3, exampleOffset = 0, training = true } = {}) {
  using model = await makeTinyBert(device, settings);
  model.neftuneNoiseAlpha = alpha;
  expect(model.neftuneNoiseAlpha).toBe(alpha);
  model.train(training);
  const { logits } = model.forward({ input_ids }, { seed: 5, update, exampleOffset });
  sum(logits).backward();
  const gradient = model.bert.embeddings.word_embeddings.weight.grad;
  return [...(await logits.data()), ...((await gradient?.data()) ?? [])];
}

describe('neftuneNoiseAlpha', () => {
  it('adds noise in training, the same for the same seed, update and examples', async () => {
    const noisy = await compute(5);
    expect(noisy.every(Number.isFinite)).toBe(true);
    expect(noisy).not.toEqual(await compute(null));
    expect(await compute(5)).toEqual(noisy);
    for (const other of [{ update: 4 }, { exampleOffset: 2 }]) expect(await compute(5, other)).not.toEqual(noisy);
    expect(await compute(5, { training: false })).toEqual(await compute(null, { training: false }));
    expect(await compute(0)).toEqual(await compute(null));
  });

  it('must be a number or null', async () => {
    using model = await makeTinyBert(device, settings);
    expect(() => (model.neftuneNoiseAlpha = -1)).toThrow(
      'neftuneNoiseAlpha must be a number of at least 0, or null; got -1',
    );
    expect(() => (model.neftuneNoiseAlpha = 'x' as unknown as number)).toThrow(/got "x"/);
  });
});
