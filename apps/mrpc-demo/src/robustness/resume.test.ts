import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '@attune/data';
import { Trainer, TrainingArguments } from '@attune/trainer';
import type { TrainingArgumentsOptions } from '@attune/trainer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { smallBert, smallRows } from '../testing/smallRun.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'attune-resume-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** 22 rows: the last of six batches of 4 has two. */
const rows = Dataset.fromRows(smallRows(22).map((row, index) => ({ ...row, length: ((index * 7) % 13) + 1 })));

interface Way extends Partial<TrainingArgumentsOptions> {
  readonly dropout: number;
}

async function make({ dropout, ...options }: Way, output: string) {
  const model = await smallBert({ dropout });
  const args = new TrainingArguments(join(folder, output), {
    perDeviceTrainBatchSize: 4,
    learningRate: 1e-3,
    weightDecay: 0.1,
    loggingSteps: 2,
    evalStrategy: 'epoch',
    saveSteps: 1,
    disableTqdm: true,
    ...options,
  });
  return { model, trainer: new Trainer({ model, args, trainDataset: rows, evalDataset: rows }) };
}

type Run = Awaited<ReturnType<typeof make>>;

/** All that must be the same bit for bit: everything but times. */
async function resultOf({ model, trainer }: Run, trainLoss: number) {
  const weights = new Map([...(await model.stateDict())].map(([name, { data }]) => [name, [...data]]));
  const log = trainer.state.logHistory.map((entry) =>
    Object.fromEntries(Object.entries(entry).filter(([name]) => !/_(runtime|per_second)$/.test(name))),
  );
  model.dispose();
  return { trainLoss, log, weights, flops: trainer.state.totalFlos };
}

/** Every order of the rows by every way of computing a step. */
const ways: readonly Way[] = [
  ...(['random', 'sequential', 'group_by_length'] as const).flatMap((trainSamplingStrategy) =>
    [1, 4].flatMap((gradientAccumulationSteps) =>
      [0, 0.1].flatMap((dropout) =>
        [false, true].map((fp16) => ({ trainSamplingStrategy, gradientAccumulationSteps, dropout, fp16 })),
      ),
    ),
  ),
  { trainSamplingStrategy: 'sequential', gradientAccumulationSteps: 4, dropout: 0.1, fp16: false, warmupSteps: 2 },
  { trainSamplingStrategy: 'random', gradientAccumulationSteps: 4, dropout: 0.1, fp16: true, saveStrategy: 'epoch' },
  { trainSamplingStrategy: 'random', gradientAccumulationSteps: 1, dropout: 0.1, fp16: true, maxSteps: 14 },
];

describe('a resumed run gives the bits of the run that never stopped', () => {
  for (const way of ways) {
    it(JSON.stringify(way), async () => {
      const whole = await make(way, 'whole');
      const { trainingLoss } = await whole.trainer.train();
      const expected = await resultOf(whole, trainingLoss);
      const checkpoints = readdirSync(join(folder, 'whole')).map((name) => Number(name.split('-')[1]));
      const [perEpoch, last] = [Math.ceil(6 / (way.gradientAccumulationSteps ?? 1)), Math.max(...checkpoints)];
      // Within the first epoch, at its end, within the second, and where nothing is left to do.
      for (const step of new Set([1, perEpoch, perEpoch + 1, last])) {
        if (!checkpoints.includes(step)) continue;
        const run = await make(way, 'resumed');
        const resumeFromCheckpoint = join(folder, 'whole', `checkpoint-${step}`);
        const { trainingLoss: loss } = await run.trainer.train({ resumeFromCheckpoint });
        expect(await resultOf(run, loss), `from step ${step}`).toEqual(expected);
      }
    });
  }
});
