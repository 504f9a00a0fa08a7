import { readFileSync } from 'node:fs';
import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import type { BertForSequenceClassification, Tokenizer } from '@attune/bert';
import { loadDataset } from '@attune/data';
import type { Dataset } from '@attune/data';
import { noGrad } from '@attune/tensor';
import { Trainer, TrainingArguments } from '@attune/trainer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { camelCaseArguments, compareSteps } from './goldenRun.ts';
import type { GoldenRun } from './goldenRun.ts';

const reference = process.env['ATTUNE_REFERENCE'];
const checkpoint = `${reference}/models/all-MiniLM-L6-v2`;

/** What PyTorch computes with real pretrained weights on MRPC, without dropout. */
interface MiniLmRun {
  readonly arguments: GoldenRun['arguments'];
  readonly validation_tokens: readonly number[];
  readonly before_validation_64_logits: readonly (readonly number[])[];
  /** By layer, embeddings first: the norm of the first token's vector in each of four rows. */
  readonly hidden_first_token_norms_4_rows_by_layer: readonly (readonly number[])[];
  readonly pooled_first_8_of_4_rows: readonly (readonly number[])[];
  readonly steps: GoldenRun['steps'];
  readonly after_validation_logits: readonly (readonly number[])[];
  readonly final_sum_norm_first_last: Readonly<Record<string, readonly [number, number, number, number]>>;
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

function largestDifference(ours: ArrayLike<number>, theirs: readonly number[]): number {
  expect(ours.length).toBe(theirs.length);
  return theirs.reduce((most, value, index) => Math.max(most, Math.abs((ours[index] ?? NaN) - value)), 0);
}

/** Sum, norm, first and last value, summed in 64 bits. */
function fingerprint(data: ArrayLike<number>): [number, number, number, number] {
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < data.length; index++) {
    const value = data[index] as number;
    sum += value;
    squares += value * value;
  }
  return [sum, Math.sqrt(squares), data[0] as number, data[data.length - 1] as number];
}

/** Token vectors and pooled vectors of the first four rows, as PyTorch's run summed them up. */
async function readHidden(model: BertForSequenceClassification, tokenizer: Tokenizer, rows: Dataset) {
  const batch = tokenizer.pad(
    range(4).map((row) => {
      const { input_ids, token_type_ids, attention_mask } = rows.at(row) as Record<string, number[]>;
      return { input_ids, token_type_ids, attention_mask } as Record<string, number[]>;
    }),
  );
  const { states, pooled, starts } = await model.device.scope(async () => {
    const output = noGrad(() => model.bert.forward(batch, { outputHiddenStates: true }));
    const [first, ...others] = await Promise.all(
      [output.poolerOutput, ...(output.hiddenStates ?? [])].map((state) => state.data()),
    );
    return { states: others, pooled: first, starts: [...output.packed.cuSeqlens].slice(0, 4) };
  });
  const width = model.config.hiddenSize;
  const norms = states.map((state) =>
    starts.map((start) => fingerprint(state.subarray(start * width, (start + 1) * width))[1]),
  );
  return { norms, pooled: range(4).flatMap((row) => [...(pooled?.subarray(row * width, row * width + 8) ?? [])]) };
}

// The 90 MB of weights and MRPC's text are not in the repository.
describe.runIf(reference)('all-MiniLM-L6-v2 on MRPC equals PyTorch and transformers', () => {
  let golden: MiniLmRun;
  let tokenizer: Tokenizer;
  let model: BertForSequenceClassification;
  let trainer: Trainer;
  let train: Dataset;
  let validation: Dataset;

  beforeAll(async () => {
    golden = JSON.parse(readFileSync(`${reference}/golden/minilm.json`, 'utf8')) as MiniLmRun;
    tokenizer = await AutoTokenizer.fromPretrained(checkpoint);
    const raw = await loadDataset(`${reference}/data/mrpc`);
    const encode = (split: string) =>
      raw
        .split(split)
        .map((batch) => tokenizer(batch['sentence1'], batch['sentence2'], { truncation: true }), { batched: true });
    [train, validation] = [await encode('train'), await encode('validation')];
    model = await AutoModelForSequenceClassification.fromPretrained(checkpoint, {
      numLabels: 2,
      seed: 42,
      hiddenDropoutProb: 0,
      attentionProbsDropoutProb: 0,
      silent: true,
    });
    const args = new TrainingArguments('unused', {
      loggingSteps: 1,
      saveStrategy: 'no',
      disableTqdm: true,
      ...camelCaseArguments(golden.arguments),
    });
    trainer = new Trainer({ model, args, trainDataset: train, evalDataset: validation, processingClass: tokenizer });
  });
  afterAll(() => model.dispose());

  it('before training: tokens, logits, hidden states, pooled vectors', async () => {
    const first64 = validation.select(range(64));
    expect(range(64).map((row) => (first64.at(row)['input_ids'] as number[]).length)).toEqual(golden.validation_tokens);
    const { predictions } = await trainer.predict(first64);
    const logits = largestDifference(predictions.data, golden.before_validation_64_logits.flat());
    const hidden = await readHidden(model, tokenizer, validation);
    const norms = largestDifference(hidden.norms.flat(), golden.hidden_first_token_norms_4_rows_by_layer.flat());
    const pooled = largestDifference(hidden.pooled, golden.pooled_first_8_of_4_rows.flat());
    console.info(
      `all-MiniLM-L6-v2 before training, largest differences: logits ${logits.toExponential(1)}, ` +
        `norms of hidden states ${norms.toExponential(1)}, pooled vectors ${pooled.toExponential(1)}`,
    );
    expect(logits).toBeLessThan(5e-7);
    expect(norms).toBeLessThan(2e-5);
    expect(pooled).toBeLessThan(5e-7);
  });

  it('40 steps: losses, gradient norms, learning rates; then all logits and all weights', async () => {
    await trainer.train();
    const steps = compareSteps(golden.steps, trainer.state.logHistory);
    const { predictions } = await trainer.predict(validation);
    const logits = largestDifference(predictions.data, golden.after_validation_logits.flat());
    const worst = { norm: 0, sum: 0, value: 0 };
    // Their true gradient is zero; Adam makes steps of what rounding leaves (docs/parity.md).
    const worstOfKeyBiases = { norm: 0, sum: 0, value: 0 };
    const state = await model.stateDict();
    expect([...state.keys()]).toEqual(Object.keys(golden.final_sum_norm_first_last));
    for (const [name, expected] of Object.entries(golden.final_sum_norm_first_last)) {
      const data = state.get(name)?.data ?? [];
      const [sum, norm, first, last] = fingerprint(data);
      const kind = name.endsWith('.key.bias') ? worstOfKeyBiases : worst;
      kind.norm = Math.max(kind.norm, Math.abs(norm - expected[1]) / expected[1]);
      // Rounding of single values grows in a sum with the square root of their number.
      kind.sum = Math.max(kind.sum, Math.abs(sum - expected[0]) / Math.sqrt(data.length));
      kind.value = Math.max(kind.value, Math.abs(first - expected[2]), Math.abs(last - expected[3]));
    }
    console.info(
      `all-MiniLM-L6-v2, 40 steps, largest differences: loss ${steps.loss.toExponential(1)}, ` +
        `gradient norm ${steps.gradNorm.toExponential(1)}, learning rate ${steps.learningRate.toExponential(1)}, ` +
        `logits after ${logits.toExponential(1)}, weights ${JSON.stringify(worst)}, key biases ${JSON.stringify(worstOfKeyBiases)}`,
    );
    expect(steps.learningRate).toBeLessThan(1e-12);
    expect(steps.loss).toBeLessThan(5e-7);
    expect(steps.gradNorm).toBeLessThan(3e-5);
    expect(logits).toBeLessThan(2e-6);
    expect(worst.norm).toBeLessThan(5e-6);
    expect(worst.sum).toBeLessThan(1e-7);
    expect(worst.value).toBeLessThan(5e-8);
    expect(worstOfKeyBiases.norm).toBeLessThan(1e-3);
    expect(worstOfKeyBiases.sum).toBeLessThan(1e-5);
    expect(worstOfKeyBiases.value).toBeLessThan(1e-5);
    // A minute on two free cores, several on shared ones.
  }, 1_200_000);
});
