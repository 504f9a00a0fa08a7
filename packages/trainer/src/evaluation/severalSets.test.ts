import { Dataset } from '@attune/data';
import { describe, expect, it } from 'vitest';
import { EarlyStoppingCallback, TrainingArgumentsError } from '../index.ts';
import type { TrainerCallback } from '../index.ts';
import { captureTerminal } from '../testing/captureTerminal.ts';
import { make, rows, value } from '../testing/regression.ts';

const said = captureTerminal();

const a = Dataset.fromRows(rows.slice(0, 6));
const b = Dataset.fromRows(rows.slice(6, 20));

const lossesOf = (metrics: object) => Object.keys(metrics).filter((name) => name.endsWith('_loss'));

describe('several evaluation sets', () => {
  it('give the metrics of each, and callbacks are called for each', async () => {
    const calls: (readonly [string | undefined, string[]])[] = [];
    const watch: TrainerCallback = {
      onEvaluate: (_args, _state, _control, { metrics = {}, metricKeyPrefix }) =>
        void calls.push([metricKeyPrefix, lossesOf(metrics)]),
    };
    const { trainer } = await make({}, { evalDataset: { a, b }, callbacks: [watch] });
    const metrics = await trainer.evaluate();
    expect(lossesOf(metrics)).toEqual(['eval_a_loss', 'eval_b_loss']);
    expect(metrics['eval_a_loss']).toBe((await trainer.evaluate(a))['eval_loss']);
    expect(metrics).toHaveProperty('epoch', 0);
    expect(calls.slice(0, 2)).toEqual([
      ['eval_a', ['eval_a_loss']],
      ['eval_b', ['eval_b_loss']],
    ]);
    expect(trainer.state.logHistory.slice(0, 2).map(lossesOf)).toEqual([['eval_a_loss'], ['eval_b_loss']]);
    expect(lossesOf(await trainer.evaluate({ b }, { metricKeyPrefix: 'x' }))).toEqual(['x_b_loss']);
    const halves = b.trainTestSplit({ testSize: 4, seed: 1 });
    expect(lossesOf(await trainer.evaluate(halves))).toEqual(['eval_train_loss', 'eval_test_loss']);
    await expect(trainer.evaluate({ a, b: 5 as never })).rejects.toThrow(/evaluate: evalDataset.b must be a Dataset/);
    expect(() => trainer.getEvalDataloader()).toThrow(/several evaluation sets; pass one of a, b/);
  });

  it('decide about the best model by the metric of one, and stand in the table', async () => {
    const options = {
      maxSteps: 6,
      evalStrategy: 'steps',
      saveStrategy: 'steps',
      evalSteps: 2,
      saveSteps: 2,
      loadBestModelAtEnd: true,
      greaterIsBetter: true,
    } as const;
    const early = new EarlyStoppingCallback({ earlyStoppingPatience: 1 });
    const { trainer, model } = await make(
      { ...options, metricForBestModel: 'eval_b_loss' },
      { evalDataset: { a, b }, callbacks: [early] },
    );
    const weights: number[] = [];
    trainer.addCallback({ onStepEnd: async () => void weights.push(await value(model.a)) });
    await trainer.train();
    // The loss falls, and the greatest is the first.
    expect(trainer.state).toMatchObject({ globalStep: 4, bestGlobalStep: 2 });
    expect(await value(model.a)).toBe(weights[1]);
    const table = said.filter((line) => /^(Step|\d+) /.test(line)).map((line) => line.split(/ {2,}/).slice(0, 2));
    expect(table).toEqual([
      ['Step', 'Set'],
      ['2', 'a'],
      ['2', 'b'],
      ['4', 'a'],
      ['4', 'b'],
    ]);
    await expect(make({ ...options, metricForBestModel: 'loss' }, { evalDataset: { a, b } })).rejects.toThrow(
      TrainingArgumentsError,
    );
    await expect(make({ ...options }, { evalDataset: { a, b } })).rejects.toThrow(
      "metricForBestModel is 'loss', but there are several evaluation sets, a, b: name the metric of one of them, such as 'eval_a_loss'",
    );
  });
});
