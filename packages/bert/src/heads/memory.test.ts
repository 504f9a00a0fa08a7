import { AdamW, defaultDevice, noGrad, type Device } from '@attune/tensor';
import { beforeAll, expect, it } from 'vitest';
import { makeTinyBert, tinyBatch as batch } from '../testing/tinyBert.ts';

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
