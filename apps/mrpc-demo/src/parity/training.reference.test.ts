import { readFileSync } from 'node:fs';
import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { loadDataset } from '@attune/data';
import * as evaluate from '@attune/evaluate';
import { Trainer, TrainingArguments } from '@attune/trainer';
import type { TrainingArgumentsOptions } from '@attune/trainer';
import { describe, expect, it } from 'vitest';
import { camelCaseArguments, compareSteps, compareWeights, halfPrecisionDistance, weightNorms } from './goldenRun.ts';
import type { GoldenRun, Tolerance } from './goldenRun.ts';

const reference = process.env['ATTUNE_REFERENCE'];
const full = process.env['ATTUNE_FULL'] === '1';

interface MrpcRun extends GoldenRun {
  readonly train_loss: number;
  readonly first_row_of_first_batch: readonly number[];
  readonly eval: { readonly eval_loss: number; readonly eval_accuracy: number; readonly eval_f1: number };
  readonly eval_labels: readonly number[];
}

const close: Tolerance = { loss: 1e-4, gradNorm: 1e-3, weights: 1e-4, keyBiases: 1e-3 };
// Fitting 64 rows to the end multiplies every rounding difference by a hundred.
const memorising: Tolerance = { loss: 1e-3, gradNorm: 1e-2, weights: 1e-4, keyBiases: 1e-3 };

const runs: readonly (readonly [name: string, tolerance: Tolerance, always: boolean])[] = [
  ['memorise_64', memorising, true],
  ['lr_1e-3_60_steps', close, false],
  ['accumulate_4x4', close, false],
  ['cosine_warmup_decay_smoothing', close, false],
  ['defaults_1_epoch', close, false],
];

async function train(name: string, options: Partial<TrainingArgumentsOptions> = {}) {
  const run = JSON.parse(readFileSync(`${reference}/golden/train_${name}.json`, 'utf8')) as MrpcRun;
  const checkpoint = `${reference}/golden/tiny-bert`;
  const tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
  const raw = await loadDataset(`${reference}/data/mrpc`);
  const encoded = await raw.map((batch) => tokenizer(batch.sentence1, batch.sentence2, { truncation: true }), {
    batched: true,
  });
  const first64 = encoded['train']!.select(Array.from({ length: 64 }, (_, row) => row));
  const [trainDataset, evalDataset] =
    name === 'memorise_64' ? [first64, first64] : [encoded['train']!, encoded['validation']!];
  const metric = await evaluate.load('glue', 'mrpc');
  const model = await AutoModelForSequenceClassification.fromPretrained(checkpoint, {
    numLabels: 2,
    seed: 42,
    hiddenDropoutProb: 0,
    attentionProbsDropoutProb: 0,
    silent: true,
  });
  const trainer = new Trainer({
    model,
    args: new TrainingArguments('unused', {
      loggingSteps: 1,
      saveStrategy: 'no',
      disableTqdm: true,
      ...camelCaseArguments(run.arguments),
      ...options,
    }),
    trainDataset,
    evalDataset,
    processingClass: tokenizer,
    computeMetrics: ({ predictions, labelIds }) =>
      metric.compute({ predictions: predictions.argmax(-1), references: labelIds }),
  });
  const { trainingLoss } = await trainer.train();
  return { run, model, trainer, trainingLoss, evalDataset };
}

describe.runIf(reference)('training on MRPC equals PyTorch and transformers', () => {
  const chosen = runs.filter(([, , always]) => always || full);

  it.each(chosen)(
    'run %s, every step',
    async (name, tolerance) => {
      const { run, model, trainer, trainingLoss, evalDataset } = await train(name);
      const differences = compareSteps(run.steps, trainer.state.logHistory);
      const { weights, keyBiases } = compareWeights(run.final, await weightNorms(model));
      const evaluated = await trainer.evaluate();
      const { predictions } = await trainer.predict(evalDataset);
      console.info(
        `${name}: largest difference of loss ${differences.loss.toExponential(1)} (first 20 steps ${differences.lossFirst20.toExponential(1)}), ` +
          `gradient norm ${differences.gradNorm.toExponential(1)}, learning rate ${differences.learningRate.toExponential(1)}, final weights ${weights.relative.toExponential(1)} (${weights.name}), ` +
          `key biases ${keyBiases.relative.toExponential(1)}`,
      );
      expect(differences.learningRate).toBeLessThan(1e-12);
      expect(differences.lossFirst20).toBeLessThan(1e-4);
      expect(differences.loss).toBeLessThan(tolerance.loss);
      expect(differences.gradNorm).toBeLessThan(tolerance.gradNorm);
      expect(weights.relative, weights.name).toBeLessThan(tolerance.weights);
      expect(keyBiases.relative, keyBiases.name).toBeLessThan(tolerance.keyBiases);
      expect(Math.abs(trainingLoss - run.train_loss)).toBeLessThan(tolerance.loss);
      expect([...predictions.argmax(-1).data]).toEqual(run.eval_labels);
      expect(Math.abs((evaluated['eval_loss'] ?? NaN) - run.eval.eval_loss)).toBeLessThan(tolerance.loss);
      expect(evaluated['eval_accuracy']).toBeCloseTo(run.eval.eval_accuracy, 12);
      expect(evaluated['eval_f1']).toBeCloseTo(run.eval.eval_f1, 12);
      model.dispose();
    },
    600_000,
  );

  it.each(chosen)(
    'run %s in mixed precision',
    async (name) => {
      const { run, model, trainer, evalDataset } = await train(name, { fp16: true });
      const distance = halfPrecisionDistance(run.steps, trainer.state.logHistory);
      const { loss } = compareSteps(run.steps, trainer.state.logHistory);
      console.info(
        `${name} with fp16: largest difference of loss ${loss.toExponential(1)}, ${(100 * distance).toFixed(0)}% of what is allowed`,
      );
      expect(loss).toBeGreaterThan(0);
      expect(distance).toBeLessThan(1);
      const { predictions } = await trainer.predict(evalDataset);
      expect([...predictions.argmax(-1).data]).toEqual(run.eval_labels);
      model.dispose();
    },
    600_000,
  );
});
