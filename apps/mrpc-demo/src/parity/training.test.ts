import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { Dataset } from '@attune/data';
import { openDevice } from '@attune/tensor';
import { Trainer, TrainingArguments } from '@attune/trainer';
import type { TrainingArgumentsOptions } from '@attune/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { camelCaseArguments, compareSteps, compareWeights, halfPrecisionDistance, weightNorms } from './goldenRun.ts';
import type { GoldenRun } from './goldenRun.ts';

const goldenFolder = fileURLToPath(new URL('../../../../packages/bert/golden', import.meta.url));
const folder = `${goldenFolder}/own-mini`;

interface OwnMini {
  readonly pairs: readonly (readonly [string, string, number])[];
  readonly runs: Readonly<
    Record<'memorise' | 'accumulate_2x3', GoldenRun & { readonly logits_after: readonly (readonly number[])[] }>
  >;
}
const golden = JSON.parse(readFileSync(`${goldenFolder}/own_mini.json`, 'utf8')) as OwnMini;

async function encodedPairs() {
  const tokenizer = await AutoTokenizer.fromPretrained(folder);
  const rows = golden.pairs.map(([sentence1, sentence2, label]) => ({ sentence1, sentence2, label }));
  const dataset = await Dataset.fromRows(rows).map(
    (batch) => tokenizer(batch.sentence1, batch.sentence2, { truncation: true }),
    {
      batched: true,
    },
  );
  return { tokenizer, dataset };
}

async function train(
  options: Partial<TrainingArgumentsOptions>,
  modelOptions: { hiddenDropoutProb: number; attentionProbsDropoutProb: number },
) {
  const { tokenizer, dataset } = await encodedPairs();
  const model = await AutoModelForSequenceClassification.fromPretrained(folder, {
    numLabels: 2,
    seed: 42,
    silent: true,
    ...modelOptions,
  });
  const trainer = new Trainer({
    model,
    args: new TrainingArguments('unused', { loggingSteps: 1, saveStrategy: 'no', disableTqdm: true, ...options }),
    trainDataset: dataset,
    processingClass: tokenizer,
  });
  await trainer.train();
  return { trainer, model, dataset };
}

const noDropout = { hiddenDropoutProb: 0, attentionProbsDropoutProb: 0 };
const dropout = { hiddenDropoutProb: 0.1, attentionProbsDropoutProb: 0.1 };

describe('training equals PyTorch and transformers', () => {
  it.each(['memorise', 'accumulate_2x3'] as const)('run %s, every step', async (name) => {
    const run = golden.runs[name];
    const { trainer, model, dataset } = await train(camelCaseArguments(run.arguments), noDropout);
    const differences = compareSteps(run.steps, trainer.state.logHistory);
    expect(differences.learningRate).toBeLessThan(1e-12);
    expect(differences.lossFirst20).toBeLessThan(1e-4);
    expect(differences.loss).toBeLessThan(1e-3);
    expect(differences.gradNorm).toBeLessThan(1e-2);
    const { weights, keyBiases } = compareWeights(run.final, await weightNorms(model));
    expect(weights.relative, weights.name).toBeLessThan(1e-4);
    expect(keyBiases.relative, keyBiases.name).toBeLessThan(1e-3);
    const { predictions } = await trainer.predict(dataset);
    const labels = (rows: readonly (readonly number[])[]) => rows.map(([no = 0, yes = 0]) => Number(yes > no));
    expect([...predictions.argmax(-1).data]).toEqual(labels(run.logits_after));
    model.dispose();
  });
});

describe('training with parameters in several segments', () => {
  it('equals PyTorch on an adapter that binds little at once', async () => {
    const device = await openDevice({ limits: { maxStorageBufferBindingSize: 48 * 1024 } });
    const { tokenizer, dataset } = await encodedPairs();
    const model = await AutoModelForSequenceClassification.fromPretrained(folder, {
      numLabels: 2,
      seed: 42,
      silent: true,
      device,
      ...noDropout,
    });
    const parameterBytes = 4 * [...model.parameters()].reduce((sum, { size }) => sum + size, 0);
    expect(parameterBytes).toBeGreaterThan(2 * device.info.limits.maxStorageBufferBindingSize);
    const run = golden.runs.accumulate_2x3;
    const args = new TrainingArguments('unused', {
      loggingSteps: 1,
      saveStrategy: 'no',
      disableTqdm: true,
      ...camelCaseArguments(run.arguments),
    });
    const trainer = new Trainer({ model, args, trainDataset: dataset, processingClass: tokenizer, device });
    await trainer.train();
    const differences = compareSteps(run.steps, trainer.state.logHistory);
    expect(differences.loss).toBeLessThan(1e-4);
    expect(differences.gradNorm).toBeLessThan(1e-3);
    expect(compareWeights(run.final, await weightNorms(model)).weights.relative).toBeLessThan(1e-4);
    device.destroy();
  });
});

describe('training in mixed precision', () => {
  it.each(['memorise', 'accumulate_2x3'] as const)(
    'run %s stays near PyTorch in f32 and is reproducible',
    async (name) => {
      const run = golden.runs[name];
      const once = async () => {
        const { trainer, model, dataset } = await train(
          { ...camelCaseArguments(run.arguments), fp16: true },
          noDropout,
        );
        const { predictions } = await trainer.predict(dataset);
        const weights = await model.stateDict();
        model.dispose();
        return {
          log: trainer.state.logHistory.filter((entry) => 'loss' in entry),
          labels: [...predictions.argmax(-1).data],
          weights,
        };
      };
      const first = await once();
      expect(halfPrecisionDistance(run.steps, first.log)).toBeLessThan(1);
      expect(first.labels).toEqual(run.logits_after.map(([no = 0, yes = 0]) => Number(yes > no)));
      expect(await once()).toEqual(first);
    },
  );
});

describe('training is reproducible', () => {
  let first: Map<string, { data: ArrayLike<number> }>;
  const weights = async (options: Partial<TrainingArgumentsOptions>, modelOptions = dropout) => {
    const { model } = await train(
      { maxSteps: 6, learningRate: 1e-3, perDeviceTrainBatchSize: 8, ...options },
      modelOptions,
    );
    const state = new Map(await model.stateDict());
    model.dispose();
    return state;
  };
  beforeAll(async () => {
    first = await weights({});
  });

  it('to the bit, with dropout', async () => {
    const second = await weights({});
    for (const [name, { data }] of first) expect(second.get(name)?.data, name).toEqual(data);
  });

  it('differently with another seed', async () => {
    const other = await weights({ seed: 43 });
    expect([...other.entries()].some(([name, { data }]) => data[5] !== first.get(name)?.data[5])).toBe(true);
  });

  it('whatever the micro-batches, to rounding, with dropout', async () => {
    const whole = await train({ maxSteps: 1, learningRate: 1e-3, perDeviceTrainBatchSize: 16 }, dropout);
    const cut = await train(
      { maxSteps: 1, learningRate: 1e-3, perDeviceTrainBatchSize: 4, gradientAccumulationSteps: 4 },
      dropout,
    );
    const [one, four] = [whole.trainer.state.logHistory[0], cut.trainer.state.logHistory[0]];
    expect(Math.abs((one?.['loss'] ?? NaN) - (four?.['loss'] ?? NaN))).toBeLessThan(1e-6);
    expect(Math.abs((one?.['grad_norm'] ?? NaN) / (four?.['grad_norm'] ?? NaN) - 1)).toBeLessThan(1e-5);
    whole.model.dispose();
    cut.model.dispose();
  });
});
