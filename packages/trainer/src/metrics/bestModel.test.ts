import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Dataset } from '@attune/data';
import { describe, expect, it } from 'vitest';
import {
  EarlyStoppingCallback,
  PrinterCallback,
  ProgressCallback,
  Trainer,
  TrainerError,
  TrainingArguments,
} from '../index.ts';
import type { LogEntry, TrainerCallback, TrainerOptions, TrainingArgumentsOptions } from '../index.ts';
import { captureTerminal } from '../testing/captureTerminal.ts';
import { folder, make, rows, value } from '../testing/regression.ts';

const said = captureTerminal();

type Options = Partial<TrainingArgumentsOptions>;

const evalDataset = Dataset.fromRows(rows.slice(0, 6));

/** Evaluates every two steps of eight, with scores that are given. */
async function train(
  scores: readonly number[],
  options: Options = {},
  more: Partial<TrainerOptions> = {},
  from?: string,
) {
  const weights = new Map<number, number>();
  const { model, trainer } = await make(
    {
      maxSteps: 2 * scores.length,
      evalStrategy: 'steps',
      evalSteps: 2,
      saveStrategy: 'steps',
      saveSteps: 2,
      metricForBestModel: 'score',
      ...options,
    },
    {
      evalDataset,
      computeMetrics: () => ({ score: scores[trainer.state.globalStep / 2 - 1] ?? NaN }),
      ...more,
    },
  );
  const note: TrainerCallback = {
    onStepEnd: async (_args, state) => void weights.set(state.globalStep, await value(model.a)),
  };
  trainer.addCallback(note);
  await trainer.train({ resumeFromCheckpoint: from ?? false });
  return { trainer, state: trainer.state, weights, a: await value(model.a) };
}

const best = (step: number, metric: number) => ({
  bestMetric: metric,
  bestGlobalStep: step,
  bestModelCheckpoint: `${folder()}/checkpoint-${step}`,
});

describe('the best model', () => {
  it.each([
    [undefined, /evaluate: what it returns must be metrics, \{ eval_loss, … \}; got undefined/],
    [{}, /the evaluation has no number eval_loss\. It has none/],
  ])('needs the metrics of an evaluate of your own: %j', async (returned, message) => {
    class Own extends Trainer {
      override evaluate() {
        return Promise.resolve(returned as LogEntry);
      }
    }
    const options = { maxSteps: 1, evalStrategy: 'epoch', metricForBestModel: 'loss' } as const;
    const { trainer } = await make(options, { evalDataset }, Own);
    await expect(trainer.train()).rejects.toThrow(message);
  });

  it('is kept over the limit, and loaded at the end', async () => {
    const { state, weights, a } = await train([0.2, 0.9, 0.9, 0.3, 0.4], {
      loadBestModelAtEnd: true,
      saveTotalLimit: 2,
    });
    expect(state).toMatchObject(best(4, 0.9));
    expect(readdirSync(folder()).sort()).toEqual(['checkpoint-10', 'checkpoint-4']);
    expect(a).toBe(weights.get(4));
    expect(said.join('\n')).toMatch(/now that of the best checkpoint, .*checkpoint-4: score 0.9 at step 4/);
    const json = JSON.parse(readFileSync(join(folder(), 'checkpoint-10/trainer_state.json'), 'utf8')) as object;
    expect(json).toMatchObject({
      best_metric: 0.9,
      best_global_step: 4,
      best_model_checkpoint: `${folder()}/checkpoint-4`,
    });
  });

  it('is the only one at the end where one is to be kept', async () => {
    await train([0.2, 0.9, 0.1], { loadBestModelAtEnd: true, saveTotalLimit: 1 });
    expect(readdirSync(folder())).toEqual(['checkpoint-4']);
  });

  it('is that of the lowest loss by default', async () => {
    const { trainer, state } = await train([0, 0, 0], { loadBestModelAtEnd: true, metricForBestModel: null });
    expect(trainer.args).toMatchObject({ metricForBestModel: 'loss', greaterIsBetter: false });
    const losses = state.logHistory.flatMap(({ eval_loss }) => eval_loss ?? []);
    expect(state.bestMetric).toBe(Math.min(...losses));
  });

  // Two steps an epoch, and what transformers 5.24 keeps.
  it.each<[Options, string | null, string[]]>([
    [{ saveSteps: 1, saveTotalLimit: 2 }, 'checkpoint-4', ['checkpoint-4', 'checkpoint-8']],
    [{ saveSteps: 2, saveTotalLimit: 1 }, 'checkpoint-4', ['checkpoint-4']],
    [{ saveSteps: 3, saveTotalLimit: 1 }, null, ['checkpoint-8']],
    [{ saveStrategy: 'epoch', saveTotalLimit: 1 }, 'checkpoint-4', ['checkpoint-4']],
  ])(
    'is kept where it is not to be loaded, and where it was evaluated once it was saved: %j',
    async (options, bestOne, kept) => {
      const perDeviceTrainBatchSize = 32;
      const { state } = await train([0.2, 0.9, 0.3, 0.4], {
        ...options,
        evalStrategy: 'epoch',
        perDeviceTrainBatchSize,
      });
      expect(state).toMatchObject({ bestMetric: 0.9, bestGlobalStep: 4 });
      expect(state.bestModelCheckpoint).toBe(bestOne && join(folder(), bestOne));
      expect(readdirSync(folder()).sort()).toEqual(kept);
    },
  );

  it('has no step of a checkpoint where nothing is saved, as in transformers', async () => {
    const { state } = await train([0.2, 0.9, 0.3], { saveStrategy: 'no' });
    expect(state).toMatchObject({ bestMetric: 0.9, bestGlobalStep: null, bestModelCheckpoint: null });
  });

  it("is all that is saved with saveStrategy 'best'", async () => {
    const { state } = await train([0.5, 0.4, 0.6], { saveStrategy: 'best' });
    expect(readdirSync(folder()).sort()).toEqual(['checkpoint-2', 'checkpoint-6']);
    expect(state).toMatchObject(best(6, 0.6));
  });

  it('is still known when the run is resumed', async () => {
    const scores = [0.9, 0.2, 0.3, 0.4];
    const options: Options = { loadBestModelAtEnd: true };
    const whole = await train(scores, options);
    const resumed = await train(scores, options, {}, `${folder()}/checkpoint-4`);
    expect(resumed.state).toMatchObject(best(2, 0.9));
    expect(resumed.a).toBe(whole.a);
  });

  it('is an error where its metric is not there, or its checkpoint was removed', async () => {
    await expect(train([1], { metricForBestModel: 'f1' })).rejects.toThrow(TrainerError);
    await expect(train([1], { metricForBestModel: 'f1' })).rejects.toThrow(
      'no number eval_f1. It has eval_loss, eval_score',
    );
    const gone: TrainerCallback = {
      onStepEnd: (_args, state) =>
        void (state.globalStep === 3 && rmSync(`${folder()}/checkpoint-2`, { recursive: true })),
    };
    await expect(train([1, 0], { loadBestModelAtEnd: true }, { callbacks: [gone] })).rejects.toThrow(
      /checkpoint-2 is not a checkpoint/,
    );
  });

  it('does not exist if its metric was never a number that can be compared, which is reported', async () => {
    const { state } = await train([NaN, NaN], { loadBestModelAtEnd: true });
    expect(state.bestModelCheckpoint).toBeNull();
    expect(said.join()).toContain('score was never a number that can be compared; the model is that of the last step');
  });

  it('is that of a resumed run alone where the best checkpoint was removed, as in transformers', async () => {
    await train([0.9, 0.3, 0.4], { loadBestModelAtEnd: true });
    rmSync(`${folder()}/checkpoint-2`, { recursive: true });
    const from = `${folder()}/checkpoint-4`;
    const { state, a, weights } = await train([0.9, 0.3, 0.4], { loadBestModelAtEnd: true }, {}, from);
    expect(state).toMatchObject({ bestMetric: 0.9, bestModelCheckpoint: null });
    expect(a).toBe(weights.get(6));
    expect(said.join()).toContain('checkpoint-2, which no longer exists');
  });

  it('is asked for in arguments that go together', () => {
    const fails = (options: Options, message: string | RegExp) =>
      expect(() => new TrainingArguments('out', options)).toThrow(message);
    fails(
      { loadBestModelAtEnd: true },
      "to be the same, 'steps' or 'epoch', or saveStrategy 'best'; they are 'no' and 'steps'",
    );
    fails({ loadBestModelAtEnd: true, evalStrategy: 'epoch' }, /they are 'epoch' and 'steps'/);
    const steps: Options = { loadBestModelAtEnd: true, evalStrategy: 'steps', evalSteps: 200 };
    fails(
      { ...steps, saveSteps: 500 },
      'saveSteps to be a multiple of evalSteps, so that what was evaluated is saved; they are 500 and 200',
    );
    fails({ ...steps, saveSteps: 0.5 }, /multiple/);
    fails({ saveStrategy: 'best' }, /needs evaluations/);
    fails({ saveStrategy: 'best', evalStrategy: 'epoch' }, /needs metricForBestModel/);
    expect(new TrainingArguments('out', { ...steps, evalSteps: 0.1, saveSteps: 0.3 }).greaterIsBetter).toBe(false);
    expect(new TrainingArguments('out', { metricForBestModel: 'f1' }).greaterIsBetter).toBe(true);
  });
});

describe('EarlyStoppingCallback', () => {
  it('ends a run after so many evaluations that are no better', async () => {
    const callbacks = [new EarlyStoppingCallback({ earlyStoppingPatience: 2, earlyStoppingThreshold: 0.15 })];
    const scores = [0.5, 0.7, 0.8, 0.81, 0.9, 0.9];
    expect((await train(scores, { loadBestModelAtEnd: true }, { callbacks })).state.globalStep).toBe(8);
  });

  it('takes infinities and a first NaN as transformers does', async () => {
    const last = async (scores: readonly number[], options: Options = {}) => {
      const callbacks = [new EarlyStoppingCallback({ earlyStoppingPatience: 1 })];
      const { state } = await train(scores, options, { callbacks });
      return [state.globalStep, state.bestMetric];
    };
    expect(await last([NaN, 0.51, -1, 2])).toEqual([6, 0.51]);
    expect(await last([NaN, NaN, 1])).toEqual([4, null]);
    expect(await last([Infinity, 1, -Infinity, 2], { greaterIsBetter: false })).toEqual([8, -Infinity]);
    expect(await last([-Infinity, -Infinity, 1])).toEqual([4, null]);
  });

  it('continues from an infinite metric when a run is resumed', async () => {
    await train([Infinity, 0, 1]);
    const { state } = await train([Infinity, 0, 1], {}, {}, `${folder()}/checkpoint-4`);
    expect(state).toMatchObject(best(2, Infinity));
  });

  it('continues counting when a run is resumed', async () => {
    const scores = [0.9, 0.5, 0.5, 0.5, 0.5];
    const callbacks = () => [new EarlyStoppingCallback({ earlyStoppingPatience: 3 })];
    await train(scores, {}, { callbacks: callbacks() });
    const { state } = await train(scores, {}, { callbacks: callbacks() }, `${folder()}/checkpoint-6`);
    expect(state.globalStep).toBe(8);
    expect(state.statefulCallbacks).toMatchObject({
      EarlyStoppingCallback: {
        args: { early_stopping_patience: 3, early_stopping_threshold: 0 },
        attributes: { early_stopping_patience_counter: 3 },
      },
    });
  });

  it('needs a metric and evaluations, and refuses options that it has not', async () => {
    const callbacks = [EarlyStoppingCallback];
    await expect(train([1], { metricForBestModel: null }, { callbacks })).rejects.toThrow(/needs metricForBestModel/);
    await expect(train([1], { evalStrategy: 'no' }, { callbacks })).rejects.toThrow(/needs evalStrategy/);
    expect(() => new EarlyStoppingCallback({ patience: 3 } as object)).toThrow(/it is called earlyStoppingPatience/);
    expect(() => new EarlyStoppingCallback(3 as never)).toThrow(/options/);
  });
});

it('PrinterCallback writes each entry of the log in a line', async () => {
  const { trainer } = await make({ loggingSteps: 1, maxSteps: 2 }, { callbacks: [PrinterCallback] });
  trainer.removeCallback(ProgressCallback);
  await trainer.train();
  const lines = said.filter((line) => line.startsWith('step '));
  expect(lines).toHaveLength(3);
  expect(lines[1]).toMatch(/step 2 \| loss \S+ \| grad_norm/);
});
