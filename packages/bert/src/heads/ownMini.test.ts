import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice, noGrad, openDevice, setSeed, type Device } from '@attune/tensor';
import { collate, expectClose, expectGradients, expectLogits, norm, type Fingerprint } from '../../golden/check.ts';
import {
  AutoModel,
  AutoModelForSequenceClassification,
  AutoTokenizer,
  type BertForSequenceClassification,
  unpackTokens,
  type ModelInputs,
  type Tokenizer,
} from '../index.ts';

const golden = fileURLToPath(new URL('../../golden/', import.meta.url));
const folder = `${golden}own-mini`;

interface OwnMini {
  pairs: [string, string, number][];
  encoded: Record<string, number[]>[];
  head_seed_42: { weight: number[][]; bias: number[] };
  loss: number;
  logits: number[][];
  hidden_first_row: number[][];
  grads: Record<string, Fingerprint>;
}

describe('own-mini, against PyTorch', () => {
  const noDropout = { hiddenDropoutProb: 0, attentionProbsDropoutProb: 0 };
  let device: Device;
  let expected: OwnMini;
  let tokenizer: Tokenizer;
  let model: BertForSequenceClassification;
  let labels: Int32Array;
  let batch: ModelInputs;

  const load = (options: object = {}): Promise<BertForSequenceClassification> =>
    AutoModelForSequenceClassification.fromPretrained(folder, { numLabels: 2, silent: true, ...noDropout, ...options });

  /** Logits, loss and, after a backward pass, the norm of all gradients. */
  async function run(
    of: BertForSequenceClassification,
    given: ModelInputs,
    context = {},
  ): Promise<{ logits: number[]; loss: number | undefined }> {
    const reading = of.device.scope(() => {
      const { logits, loss } = of.forward(given, context);
      loss?.backward();
      return Promise.all([logits.data(), loss?.item()]);
    });
    const [logits, loss] = await reading;
    return { logits: [...logits], loss };
  }

  function clearGradients(of: BertForSequenceClassification): void {
    for (const parameter of of.parameters()) parameter.clearGrad();
  }

  async function gradients(of: BertForSequenceClassification): Promise<Map<string, number[]>> {
    const entries = await Promise.all(
      [...of.namedParameters()].map(async ([name, parameter]): Promise<[string, number[]]> => [
        name,
        [...(await parameter.grad!.data())],
      ]),
    );
    return new Map(entries);
  }

  beforeAll(async () => {
    device = await defaultDevice();
    expected = JSON.parse(await readFile(`${golden}own_mini.json`, 'utf8')) as OwnMini;
    tokenizer = await AutoTokenizer.fromPretrained(folder);
    labels = Int32Array.from(expected.pairs, ([, , label]) => label);
    batch = collate(tokenizer, expected.encoded, labels);
    model = await load();
  });
  afterAll(() => model.dispose());

  it('draws the head as PyTorch does, from the seed given, the last one set, or 42', async () => {
    const head = async (of: BertForSequenceClassification) => (await of.stateDict()).get('classifier.weight')!.data;
    const state = await model.stateDict();
    expectClose(state.get('classifier.weight')!.data, expected.head_seed_42.weight.flat(), 1e-6);
    expectClose(state.get('classifier.bias')!.data, expected.head_seed_42.bias, 1e-6);
    expect(model.headSeed).toBe(42);
    const seven = await load({ seed: 7 });
    expect(
      norm((await head(seven)).map((value, index) => value - expected.head_seed_42.weight.flat()[index]!)),
    ).toBeGreaterThan(0.01);
    setSeed(7);
    const afterSetSeed = await load();
    setSeed(42);
    expect(await head(afterSetSeed)).toEqual(await head(seven));
    seven.dispose();
    afterSetSeed.dispose();
  });

  it('has the names of Hugging Face, and reports what it drew and left', () => {
    expect([...model.namedParameters()].map(([name]) => name)).toEqual(Object.keys(expected.grads));
    expect(model.loadReport!.missing).toEqual(['classifier.weight', 'classifier.bias']);
    expect(model.loadReport!.unexpected).toContain('cls.predictions.transform.dense.weight');
    expect(model.training).toBe(false);
  });

  it('gives the same hidden states, logits, loss and gradients on packed batches', async () => {
    clearGradients(model);
    const { logits, loss } = await run(model.train(), batch);
    expectLogits(logits, expected.logits);
    expect(Math.abs(loss! - expected.loss)).toBeLessThan(1e-5);
    await expectGradients(model, expected.grads);
    const states = await device.scope(() =>
      noGrad(() =>
        Promise.all(model.forward(batch, { outputHiddenStates: true }).hiddenStates!.map((state) => state.data())),
      ),
    );
    expect(states).toHaveLength(3);
    states.forEach((state, index) => expectClose(state.subarray(0, 32), expected.hidden_first_row[index]!, 1e-5));
  });

  it('gives the same whatever the padding, and for micro-batches that add up', async () => {
    clearGradients(model);
    const whole = await run(model, batch);
    const wholeGradients = await gradients(model);
    const padded = await tokenizer.pad(expected.encoded, { padding: 'max_length', maxLength: 96 });
    const wide = Object.fromEntries(
      Object.entries(padded).map(([key, rows]) => [key, { data: Int32Array.from(rows.flat()), shape: [16, 96] }]),
    );
    clearGradients(model);
    expect(await run(model, { ...wide, labels: batch.labels! })).toEqual(whole);
    clearGradients(model);
    const parts = [];
    for (const [start, end] of [
      [0, 3],
      [3, 10],
      [10, 16],
    ] as const) {
      parts.push(
        await run(model, collate(tokenizer, expected.encoded.slice(start, end), labels.slice(start, end)), {
          numItemsInBatch: 16,
          exampleOffset: start,
        }),
      );
    }
    expectClose(
      parts.flatMap(({ logits }) => logits),
      whole.logits,
      1e-6,
    );
    expect(parts.reduce((sum, { loss }) => sum + loss!, 0)).toBeCloseTo(whole.loss!, 6);
    for (const [name, values] of await gradients(model)) expectClose(values, wholeGradients.get(name)!, 1e-6);
  });

  it('drops the same elements however the update is cut, others in the next update, none in eval', async () => {
    const dropped = await load({ hiddenDropoutProb: 0.3, attentionProbsDropoutProb: 0.3 });
    const quiet = await run(dropped, batch);
    expectClose(quiet.logits, expected.logits.flat(), 1e-5);
    dropped.train();
    const whole = await run(dropped, batch, { update: 5 });
    expect(await run(dropped, batch, { update: 5 })).toEqual(whole);
    const second = await run(dropped, collate(tokenizer, expected.encoded.slice(9), labels.slice(9)), {
      update: 5,
      exampleOffset: 9,
    });
    expectClose(second.logits, whole.logits.slice(18), 1e-6);
    const next = await run(dropped, batch, { update: 6 });
    expect(norm(next.logits.map((value, index) => value - whole.logits[index]!))).toBeGreaterThan(1e-3);
    expect(norm(quiet.logits.map((value, index) => value - whole.logits[index]!))).toBeGreaterThan(1e-3);
    dropped.dispose();
  });

  it('draws another mask at each forward that names no update, whatever seed is set elsewhere', async () => {
    const drops = { hiddenDropoutProb: 0.3, attentionProbsDropoutProb: 0.3 };
    const [first, second] = [await load({ ...drops, seed: 7 }), await load({ ...drops, seed: 7 })];
    const difference = (a: { logits: number[] }, b: { logits: number[] }): number =>
      norm(a.logits.map((value, index) => value - b.logits[index]!));
    first.train();
    second.train();
    const masks = [await run(first, batch), await run(first, batch), await run(first, batch)];
    expect(difference(masks[0]!, masks[1]!)).toBeGreaterThan(1e-3);
    expect(difference(masks[1]!, masks[2]!)).toBeGreaterThan(1e-3);
    setSeed(8);
    const again = await run(second, batch);
    setSeed(42);
    expect(again).toEqual(masks[0]);
    first.eval();
    await run(first, batch);
    first.train();
    await run(second, batch);
    await run(second, batch);
    expect(await run(first, batch)).toEqual(await run(second, batch));
    const pinned = await run(first, batch, { seed: 3, update: 5 });
    expect(await run(second, batch, { seed: 3, update: 5 })).toEqual(pinned);
    expect(difference(pinned, await run(first, batch, { seed: 4, update: 5 }))).toBeGreaterThan(1e-3);
    first.dispose();
    second.dispose();
  });

  it('passes over rows without a label; when none has one, the loss and its gradients are 0', async () => {
    const some = { ...batch, labels: { data: labels.map((label, row) => (row < 4 ? label : -1)), shape: [16] } };
    const few = await run(model, collate(tokenizer, expected.encoded.slice(0, 4), labels.slice(0, 4)));
    expect((await run(model, some)).loss).toBeCloseTo(few.loss!, 6);
    const { labels: _, ...unlabelled } = batch;
    expect((await run(model, unlabelled)).loss).toBeUndefined();
    const none = { ...batch, labels: { data: new Int32Array(16).fill(-100), shape: [16] } };
    clearGradients(model);
    expect((await run(model, none)).loss).toBe(0);
    for (const values of (await gradients(model)).values()) expect(norm(values)).toBe(0);
    expect((await run(model, none, { numItemsInBatch: 0 })).loss).toBe(0);
    expect([model.countLabels(some), model.countLabels(none), model.countLabels(unlabelled)]).toEqual([4, 0, 0]);
  });

  it.each([
    // The formulas of torch.nn.MSELoss and torch.nn.BCEWithLogitsLoss.
    { numLabels: 1, problemType: undefined, values: Array.from({ length: 16 }, (_, row) => (row % 3) - 1) },
    {
      numLabels: 3,
      problemType: 'multi_label_classification',
      values: Array.from({ length: 48 }, (_, index) => Number(index % 3 > 0)),
    },
  ])('takes whole numbers as regression and multi-label targets', async ({ numLabels, problemType, values }) => {
    const other = await load({ numLabels, problemType });
    const shape = numLabels === 1 ? [16] : [16, numLabels];
    const whole = { ...batch, labels: { data: Int32Array.from(values), shape } };
    const { logits, loss } = await run(other, whole);
    const term = (logit: number, target: number): number =>
      numLabels === 1 ? (logit - target) ** 2 : Math.log1p(Math.exp(logit)) - target * logit;
    const right = logits.reduce((sum, logit, index) => sum + term(logit, values[index]!), 0) / logits.length;
    expect(loss).toBeCloseTo(right, 5);
    expect((await run(other, { ...batch, labels: { data: Float32Array.from(values), shape } })).loss).toBe(loss);
    expect(other.countLabels(whole)).toBe(16);
    other.dispose();
  });

  it('says what members of its output are called', () => {
    const output = device.scope(() => model.forward(batch));
    expect(() => Reflect.get(output, 'hidden_states')).toThrow(
      'the output of BertForSequenceClassification has no hidden_states: it is called hiddenStates',
    );
    expect(() => Reflect.get(output, 0)).toThrow('it is called loss, or logits where the batch has no labels');
    expect(() => Reflect.get(output, 1)).toThrow('it is called logits where the batch has labels');
  });

  it('refuses labels and rows that do not fit', () => {
    expect(() => model.forward(Promise.resolve(batch) as never)).toThrow(
      'takes a batch, { input_ids, attention_mask, … }; got a Promise; await it first',
    );
    expect(() => model.forward({ ...batch, labels: { data: labels.map((label) => label * 2), shape: [16] } })).toThrow(
      /model has classes 0 to 1/,
    );
    const long = { data: new Int32Array(97).fill(5), shape: [1, 97] };
    expect(() => model.forward({ input_ids: long })).toThrow(/the model has 96 positions/);
    expect(() => model.forward({ input_ids: { data: Int32Array.of(236), shape: [1, 1] } })).toThrow(
      /an id from 0 to 235/,
    );
  });

  it('leaks nothing from step to step', async () => {
    // Its own device: what the tests above left is released whenever it is collected.
    using own = await openDevice();
    using fresh = await load({ device: own });
    await run(fresh, batch);
    const before = own.memory.liveBytes;
    for (let step = 0; step < 3; step++) await run(fresh, batch);
    expect(own.memory.liveBytes).toBe(before);
  });

  it('runs without a head, and unpacks its tokens', async () => {
    const base = await AutoModel.fromPretrained(folder, { ...noDropout, silent: true });
    expect(base.loadReport!.missing).toEqual([]);
    const [values, packed] = await device.scope(() => {
      const output = base.forward(batch);
      expect(() => Reflect.get(output, 'last_hidden_state')).toThrow(
        'the output of BertModel has no last_hidden_state: it is called lastHiddenState',
      );
      expect(() => Reflect.get(output, 0)).toThrow('has no 0: it is called lastHiddenState');
      return Promise.all([output.lastHiddenState.data(), output.packed]);
    });
    const { data, shape } = unpackTokens(values, packed);
    expect(shape).toEqual([
      16,
      expected.encoded.reduce((most, { input_ids }) => Math.max(most, input_ids!.length), 0),
      32,
    ]);
    expectClose(data.subarray(0, 32), expected.hidden_first_row[2]!, 1e-5);
    base.dispose();
  });
});
