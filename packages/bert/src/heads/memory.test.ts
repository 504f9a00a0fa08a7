import { AdamW, defaultDevice, noGrad, type Device } from '@attune/tensor';
import { beforeAll, expect, it } from 'vitest';
import { BertConfig } from '../config/bertConfig.ts';
import { makeTinyBert, tinyBatch as batch } from '../testing/tinyBert.ts';
import { BertForSequenceClassification } from './sequenceClassification.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

it('a loop without scopes keeps of each step only what forward returned', async () => {
  using model = await makeTinyBert(device);
  using optimizer = new AdamW(model.parameters(), { lr: 1e-3 });
  model.train();
  const liveArrays: number[] = [];
  const losses: number[] = [];
  for (let step = 0; step < 12; step++) {
    const { loss, logits } = model.forward(batch);
    loss!.backward();
    await optimizer.step();
    optimizer.zeroGrad();
    losses.push(await loss!.item());
    for (const result of [loss!, logits]) result.dispose();
    liveArrays.push(device.memory.liveArrays);
  }
  expect(new Set(liveArrays)).toEqual(new Set([liveArrays[0]]));
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
});

it('an evaluation keeps the logits alone', async () => {
  using model = await makeTinyBert(device);
  model.eval();
  const { liveArrays } = device.memory;
  const { logits } = noGrad(() => model.forward({ input_ids: batch.input_ids }));
  expect(device.memory.liveArrays).toBe(liveArrays + 1);
  expect((await logits.data()).length).toBe(4);
  logits.dispose();
  expect(device.memory.liveArrays).toBe(liveArrays);
});

it('a layer keeps sixteen rows of its width for each token, and no result that nothing reads', async () => {
  const [rows, columns, hiddenSize] = [16, 16, 64];
  const tokens = rows * columns;
  const keptBy = async (numHiddenLayers: number) => {
    const sizes = { hiddenSize, intermediateSize: 4 * hiddenSize, numHiddenLayers };
    const wide = new BertConfig({ vocabSize: 40, numAttentionHeads: 2, maxPositionEmbeddings: columns, ...sizes });
    using model = await BertForSequenceClassification.fromConfig(wide, { device });
    model.train();
    return device.scope(() => {
      const { liveBytes } = device.memory;
      model.forward({ input_ids: { data: new Int32Array(tokens).fill(7), shape: [rows, columns] } });
      return device.memory.liveBytes - liveBytes;
    });
  };
  const keptRows = ((await keptBy(2)) - (await keptBy(1))) / (4 * hiddenSize * tokens);
  // Beside them a few numbers for each token.
  expect(keptRows).toBeGreaterThanOrEqual(16);
  expect(keptRows).toBeLessThan(16.5);
});
