import { defaultDevice, sum, type Device } from '@attune/tensor';
import { beforeAll, expect, it } from 'vitest';
import { makeTinyBert } from '../testing/tinyBert.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

// As the padding_idx of PyTorch's Embedding, which transformers takes from pad_token_id.
it.each([
  [2, false],
  [null, true],
])('padTokenId %s: whether the vector of token 2 is trained', async (padTokenId, isTrained) => {
  using model = await makeTinyBert(device, { numHiddenLayers: 1, padTokenId });
  const table = model.bert.embeddings.word_embeddings.weight;
  const rowOf = async (values: Promise<Float32Array> | undefined) => (await values)!.slice(2 * 32, 3 * 32);
  expect((await rowOf(table.data())).some((value) => value !== 0)).toBe(isTrained);
  sum(model.forward({ input_ids: [[1, 2, 3]] }).logits).backward();
  expect((await rowOf(table.grad?.data())).some((value) => value !== 0)).toBe(isTrained);
});
