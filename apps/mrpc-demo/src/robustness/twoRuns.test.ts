import { Dataset } from '@attune/data';
import { openDevice, setSeed } from '@attune/tensor';
import type { Device } from '@attune/tensor';
import { Trainer, TrainingArguments } from '@attune/trainer';
import { expect, it } from 'vitest';
import { smallBert, smallRows } from '../testing/smallRun.ts';

const rows = Dataset.fromRows(smallRows(16));

async function make(seed: number, device?: Device) {
  const model = await smallBert(device && { device });
  const args = new TrainingArguments('unused', {
    maxSteps: 6,
    perDeviceTrainBatchSize: 4,
    gradientAccumulationSteps: seed === 3 ? 2 : 1,
    loggingSteps: 1,
    learningRate: 1e-3,
    saveStrategy: 'no',
    disableTqdm: true,
    seed,
  });
  return { model, trainer: new Trainer({ model, args, trainDataset: rows, evalDataset: rows }) };
}

type Run = Awaited<ReturnType<typeof make>>;

async function resultOf({ model, trainer }: Run) {
  const weights: number[] = [];
  for (const [, { data }] of await model.stateDict()) weights.push(...Array.from(data as Float32Array));
  return { losses: trainer.state.logHistory.flatMap(({ loss }) => loss ?? []), weights };
}

it('a run draws its dropout and its order from its own seed, whatever else runs in the process', async () => {
  const alone = async (seed: number) => {
    const run = await make(seed);
    await run.trainer.train();
    return resultOf(run);
  };
  const [one, two, three] = [await alone(1), await alone(2), await alone(3)];
  expect(one.losses).not.toEqual(two.losses);

  const other = await openDevice();
  const together = await Promise.all([make(1), make(1), make(2), make(3), make(1, other)]);
  const bystander = await make(5);
  const busy = (async () => {
    for (let round = 0; round < 3; round++) {
      setSeed(100 + round);
      await bystander.trainer.evaluate();
      await together[2]?.trainer.predict(rows);
    }
  })();
  await Promise.all(together.map(({ trainer }) => trainer.train()));
  await busy;
  const results = await Promise.all(together.map(resultOf));
  expect(results).toEqual([one, one, two, three, one]);
  other.destroy();
});
