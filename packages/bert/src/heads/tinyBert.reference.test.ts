import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice, noGrad, type Device } from '@attune/tensor';
import { collate, expectClose, expectGradients, expectLogits, norm, type Fingerprint } from '../../golden/check.ts';
import {
  AutoModelForSequenceClassification,
  AutoTokenizer,
  type ModelInputs,
  type BertForSequenceClassification,
  type Tokenizer,
} from '../index.ts';

const reference = process.env.ATTUNE_REFERENCE;

interface Step {
  loss: number;
  logits: number[][];
  grads: Record<string, Fingerprint>;
}

// The 17.7 MB checkpoint and MRPC's text are not in the repository.
describe.runIf(reference)('tiny-bert, against PyTorch', () => {
  const folder = join(reference ?? '', 'golden', 'tiny-bert');
  let device: Device;
  let tokenizer: Tokenizer;
  let model: BertForSequenceClassification;

  async function readPairs(split: string): Promise<[string, string, number][]> {
    const text = await readFile(join(reference!, 'data', 'mrpc', `${split}.tsv`), 'utf8');
    return text
      .replace(/^\uFEFF/, '')
      .trimEnd()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => {
        const [label, , , a, b] = line.split('\t');
        return [a!, b!, Number(label)];
      });
  }

  const batchOf = (
    pairs: readonly [string, string, number][],
    labels?: { data: Float32Array; shape: number[] },
  ): ModelInputs =>
    collate(
      tokenizer,
      pairs.map(([a, b]) => ({ ...tokenizer(a, b, { truncation: true }) })),
      labels ?? Int32Array.from(pairs, ([, , label]) => label),
    );

  const load = async (options: object): Promise<void> => {
    model = await AutoModelForSequenceClassification.fromPretrained(folder, {
      hiddenDropoutProb: 0,
      attentionProbsDropoutProb: 0,
      silent: true,
      ...options,
    });
  };

  async function check(
    batch: ModelInputs,
    expected: Pick<Step, 'loss' | 'logits'>,
    lossTolerance = 1e-5,
  ): Promise<void> {
    const [logits, loss] = await device.scope(() => {
      const output = model.forward(batch);
      output.loss!.backward();
      return Promise.all([output.logits.data(), output.loss!.item()]);
    });
    expectLogits(logits, expected.logits);
    expect(Math.abs(loss - expected.loss)).toBeLessThan(lossTolerance);
  }

  beforeAll(async () => {
    device = await defaultDevice();
    tokenizer = await AutoTokenizer.fromPretrained(folder);
  });
  afterEach(() => model.dispose());

  it('our own pairs', async () => {
    const own = JSON.parse(await readFile(new URL('../../golden/own_model.json', import.meta.url), 'utf8')) as Step & {
      hidden_first_row: number[][];
    };
    const mini = JSON.parse(await readFile(new URL('../../golden/own_mini.json', import.meta.url), 'utf8')) as {
      pairs: [string, string, number][];
    };
    await load({ numLabels: 2 });
    const batch = batchOf(mini.pairs);
    await check(batch, own);
    await expectGradients(model, own.grads);
    const states = await device.scope(() =>
      noGrad(() =>
        Promise.all(model.forward(batch, { outputHiddenStates: true }).hiddenStates!.map((state) => state.data())),
      ),
    );
    states.forEach((state, index) => expectClose(state.subarray(0, 8), own.hidden_first_row[index]!, 1e-5));
  });

  it('rows of MRPC: classes, one number, several labels', async () => {
    const golden = JSON.parse(await readFile(join(reference!, 'golden', 'model.json'), 'utf8')) as {
      head_seed_42: Record<string, number[][] | number[]>;
      eval_16: Step & { hidden_first_row: number[][] };
      train_8: Step;
      regression: { labels: number[]; loss: number; logits: number[][]; grad_norm: number };
      multi_label: { labels: number[][]; loss: number; logits: number[][]; grad_norm: number };
    };
    const validation = (await readPairs('validation')).slice(0, 16);
    const train = (await readPairs('train')).slice(0, 8);
    const totalNorm = async (): Promise<number> =>
      norm(await Promise.all([...model.parameters()].map(async (parameter) => norm(await parameter.grad!.data()))));

    await load({ numLabels: 2 });
    const head = await model.stateDict();
    for (const name of ['classifier.weight', 'classifier.bias'])
      expectClose(head.get(name)!.data, golden.head_seed_42[name]!.flat(), 1e-6);
    await check(batchOf(validation), golden.eval_16);
    for (const parameter of model.parameters()) parameter.clearGrad();
    await check(batchOf(train), golden.train_8);
    await expectGradients(model, golden.train_8.grads);
    model.dispose();

    await load({ numLabels: 1 });
    await check(batchOf(train, { data: Float32Array.from(golden.regression.labels), shape: [8] }), golden.regression);
    expect(model.config.problemType).toBe('regression');
    expect(Math.abs((await totalNorm()) / golden.regression.grad_norm - 1)).toBeLessThan(1e-3);
    model.dispose();

    await load({ numLabels: 3, problemType: 'multi_label_classification' });
    await check(
      batchOf(train, { data: Float32Array.from(golden.multi_label.labels.flat()), shape: [8, 3] }),
      golden.multi_label,
    );
    expect(Math.abs((await totalNorm()) / golden.multi_label.grad_norm - 1)).toBeLessThan(1e-3);
  });
});
