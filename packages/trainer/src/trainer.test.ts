import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Dataset } from '@attune/data';
import { openDevice } from '@attune/tensor';
import { describe, expect, it } from 'vitest';
import golden from '../golden/regression.json' with { type: 'json' };
import { NonFiniteLossError, TrainerDatasetError, TrainingArgumentsError } from './index.ts';
import type { LogEntry, TrainerCallback } from './index.ts';
import { folder, make, RegressionModel, rows, SteepModel, value } from './testing/regression.ts';

describe('Trainer.train', () => {
  it.each([
    ['42', golden['42']],
    ['314', golden['314']],
  ] as const)('ends where transformers ends, seed %s', async (seed, expected) => {
    const { model, trainer } = await make({ seed: Number(seed) });
    const { globalStep, trainingLoss } = await trainer.train();
    expect(globalStep).toBe(24);
    expect(await value(model.a)).toBeCloseTo(expected.a, 5);
    expect(await value(model.b)).toBeCloseTo(expected.b, 5);
    expect(trainingLoss).toBeCloseTo(expected.trainLoss, 4);
  });

  it('ends at the same weights with half the batch accumulated twice', async () => {
    const { model, trainer } = await make({ perDeviceTrainBatchSize: 4, gradientAccumulationSteps: 2 });
    const { globalStep, trainingLoss } = await trainer.train();
    expect(globalStep).toBe(24);
    expect(await value(model.a)).toBeCloseTo(golden['42'].a, 5);
    expect(trainingLoss).toBeCloseTo(golden['42'].trainLoss, 4);
  });

  it('with fp16 skips updates that overflow, lowers the loss scale and trains on, without using the schedule up', async () => {
    // Its gradients are so large that f16 holds them only below a loss scale of a few hundred.
    const { a, b } = await RegressionModel.create();
    const { trainer } = await make(
      { fp16: true, loggingSteps: 1, saveStrategy: 'epoch' },
      { model: new SteepModel(a, b) },
    );
    const { globalStep, trainingLoss } = await trainer.train();
    expect(globalStep).toBe(24);
    expect(Number.isFinite(trainingLoss)).toBe(true);
    const logged = trainer.state.logHistory.filter((entry) => 'grad_norm' in entry);
    const skipped = logged.filter((entry) => !Number.isFinite(entry['grad_norm'])).length;
    expect(skipped).toBeGreaterThan(0);
    expect(skipped).toBeLessThan(14);
    expect(Number.isFinite(logged[0]?.['grad_norm'])).toBe(false);
    const scaler = JSON.parse(readFileSync(join(folder(), 'checkpoint-24', 'scaler.json'), 'utf8')) as Record<
      string,
      number
    >;
    expect(scaler).toMatchObject({
      scale: 65536 / 2 ** skipped,
      growth_factor: 2,
      backoff_factor: 0.5,
      growth_interval: 2000,
      _growth_tracker: 24 - skipped,
    });
    const scheduler = JSON.parse(readFileSync(join(folder(), 'checkpoint-24', 'scheduler.json'), 'utf8')) as Record<
      string,
      number
    >;
    expect(scheduler['last_epoch']).toBe(24 - skipped);
    expect(await value(a)).not.toBe(0);
  });

  it('logs loss, norm and learning rate, with the mean of the losses since the last log', async () => {
    const every = await make({ loggingSteps: 1 });
    await every.trainer.train();
    const fifth = await make({ loggingSteps: 5 });
    await fifth.trainer.train();
    const losses = (history: readonly LogEntry[]) =>
      history.filter((entry) => 'loss' in entry).map((entry) => entry.loss ?? NaN);
    const single = losses(every.trainer.state.logHistory);
    expect(single).toHaveLength(24);
    expect(losses(fifth.trainer.state.logHistory)).toHaveLength(4);
    expect(losses(fifth.trainer.state.logHistory)[1]).toBeCloseTo(
      single.slice(5, 10).reduce((sum, loss) => sum + loss) / 5,
      6,
    );
    expect(every.trainer.state.logHistory[0]).toMatchObject({ learning_rate: 0.1, step: 1, epoch: 0.125 });
    expect(every.trainer.state.logHistory[1]?.['learning_rate']).toBeCloseTo(0.1 * (23 / 24), 12);
    expect(Object.keys(every.trainer.state.logHistory.at(-1) ?? {})).toEqual([
      'train_runtime',
      'train_samples_per_second',
      'train_steps_per_second',
      'total_flos',
      'train_loss',
      'epoch',
      'step',
    ]);
  });

  it('measures the speed by the examples of the steps done, also where a callback ends the run', async () => {
    const stop: TrainerCallback = {
      onStepEnd: (_args, state, control) => void (control.shouldTrainingStop = state.globalStep === 6),
    };
    const { trainer } = await make({}, { callbacks: [stop] });
    const { metrics } = await trainer.train();
    const perStep = Number(metrics.train_samples_per_second) / Number(metrics.train_steps_per_second);
    expect(perStep).toBeCloseTo(8, 1);
  });

  it('fires events in the order of transformers', async () => {
    const events: string[] = [];
    const names = [
      'onTrainBegin',
      'onEpochBegin',
      'onStepBegin',
      'onSubstepEnd',
      'onPreOptimizerStep',
      'onOptimizerStep',
      'onStepEnd',
      'onLog',
      'onEpochEnd',
      'onPredictionStep',
      'onEvaluate',
      'onSave',
      'onTrainEnd',
    ] as const;
    const recorder: TrainerCallback = Object.fromEntries(
      names.map((name) => [name, () => void events.push(name.slice(2))]),
    );
    const data = Dataset.fromRows(rows).select(Array.from({ length: 24 }, (_, row) => row));
    const { trainer } = await make(
      {
        gradientAccumulationSteps: 2,
        numTrainEpochs: 1,
        evalStrategy: 'epoch',
        saveStrategy: 'epoch',
        loggingSteps: 1,
      },
      { trainDataset: data, evalDataset: data, callbacks: [recorder] },
    );
    await trainer.train();
    expect(events).toEqual(
      [
        'TrainBegin',
        'EpochBegin',
        'StepBegin',
        'SubstepEnd',
        'PreOptimizerStep',
        'OptimizerStep',
        'StepEnd',
        'Log',
        'StepBegin',
        'PreOptimizerStep',
        'OptimizerStep',
      ].concat([
        'StepEnd',
        'Log',
        'EpochEnd',
        'PredictionStep',
        'PredictionStep',
        'PredictionStep',
        'Log',
        'Evaluate',
        'Save',
        'Log',
        'TrainEnd',
      ]),
    );
  });

  it('stops when a callback says so', async () => {
    const { trainer } = await make(
      {},
      { callbacks: [{ onStepEnd: (_args, _state, control) => void (control.shouldTrainingStop = true) }] },
    );
    expect((await trainer.train()).globalStep).toBe(1);
  });

  it('holds no GPU memory after training that it did not hold before', async () => {
    // A device of its own: on the default one, models of other tests go when they go.
    const device = await openDevice();
    const { trainer } = await make({}, { model: await RegressionModel.create(device) });
    const { liveBytes } = device.memory;
    await trainer.train();
    expect(device.memory.liveBytes).toBe(liveBytes);
    device.destroy();
  });

  it('names the step at which the loss became NaN, and keeps the weights of the step before', async () => {
    const poisoned = rows.map((row, index) => (index === 40 ? { ...row, label: NaN } : row));
    const { model, trainer } = await make(
      { trainSamplingStrategy: 'sequential' },
      { trainDataset: Dataset.fromRows(poisoned) },
    );
    const failure = await trainer.train().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NonFiniteLossError);
    expect((failure as NonFiniteLossError).step).toBe(6);
    expect((failure as Error).message).toMatch(/not finite at step 6/);
    expect(Number.isFinite(await value(model.a))).toBe(true);
  });
});

describe('what does not fit', () => {
  it('an evaluation strategy without an evaluation set', async () => {
    await expect(make({ evalStrategy: 'epoch' })).rejects.toThrow(TrainingArgumentsError);
  });

  it('an empty dataset, and one without the columns that the model reads', async () => {
    const empty = await make({}, { trainDataset: Dataset.fromRows(rows).select([]) });
    await expect(empty.trainer.train()).rejects.toThrow(TrainerDatasetError);
    const other = await make({}, { trainDataset: Dataset.fromRows([{ text: 'a', label: 1 }]) });
    await expect(other.trainer.train()).rejects.toThrow(/it has text, label; the model reads input_x/);
  });

  it('a dataset without labels', async () => {
    const { trainer } = await make({}, { trainDataset: Dataset.fromRows([{ input_x: 1.5 }, { input_x: 2.5 }]) });
    await expect(trainer.train()).rejects.toThrow(
      'did not return a loss: its batch has the keys input_x. Training needs labels: a dataset column "label" or "label',
    );
  });
});
