import { openDevice } from '@attune/tensor';
import { expect, it, vi } from 'vitest';
import { BertConfig } from '../config/bertConfig.ts';
import { BertForSequenceClassification } from '../heads/sequenceClassification.ts';

it('waits for what the device loads for products, which a page may bring after it', async () => {
  using device = await openDevice();
  let ready = () => {};
  const prepare = vi.spyOn(device, 'prepare').mockImplementation(
    () =>
      new Promise((resolve) => {
        ready = resolve;
      }),
  );
  const config = new BertConfig({
    vocabSize: 8,
    hiddenSize: 8,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    intermediateSize: 8,
    maxPositionEmbeddings: 8,
  });
  let made = false;
  const making = BertForSequenceClassification.fromConfig(config, { device, seed: 1 }).finally(() => (made = true));
  await vi.waitFor(() => expect(prepare).toHaveBeenCalled());
  expect(made).toBe(false);
  ready();
  using _ = await making;
});
