import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AutoModel, AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { DataCollatorWithPadding, Dataset } from '@attune/data';
import { Trainer, TrainingArguments } from '@attune/trainer';
import type { TrainableModel, TrainerOptions, TrainingArgumentsOptions } from '@attune/trainer';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** For the table of docs/trainer-parity.md. */
    title?: string;
    verdict?: string;
    section?: string;
  }
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-heads-'));
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const small = fileURLToPath(new URL('../../../../packages/bert/golden/own-mini', import.meta.url));

const texts = [
  [2, 20, 21, 3],
  [2, 22, 3],
  [2, 23, 24, 25, 3],
  [2, 26, 3],
];

/** A small classifier and its Trainer on four texts with these labels. */
async function classifier(
  labels: readonly unknown[] | null,
  {
    labelOptions = {},
    columns = {},
    ...options
  }: Partial<TrainingArgumentsOptions> & { labelOptions?: object; columns?: object } = {},
  more: Partial<TrainerOptions> = {},
) {
  const model = await AutoModelForSequenceClassification.fromPretrained(small, { silent: true, ...labelOptions });
  const tokenizer = await AutoTokenizer.fromPretrained(small);
  const trainDataset = Dataset.fromRows(
    texts.map((input_ids, index) => ({ input_ids, ...(labels ? { label: labels[index] } : {}), ...columns })),
  );
  const args = new TrainingArguments(folder, {
    saveStrategy: 'no',
    maxSteps: 1,
    perDeviceTrainBatchSize: 4,
    disableTqdm: true,
    ...options,
  });
  const trainer = new Trainer({ model, args, trainDataset, processingClass: tokenizer, ...more });
  return { model, trainer, trainDataset, tokenizer };
}

/** The loss of a step on these labels, which is one of this kind of problem. */
async function lossOf(labels: readonly unknown[], labelOptions: object = {}): Promise<number> {
  const { trainer, model } = await classifier(labels, { labelOptions });
  const { trainingLoss } = await trainer.train();
  model.dispose();
  return trainingLoss;
}

const refused = (labels: readonly unknown[] | null, words: string, options: object = {}) =>
  expect(classifier(labels, options).then(({ trainer }) => trainer.train())).rejects.toThrow(words);

const better = 'the error names row and column, and says what to do';

/**
 * What a user of transformers counts on; the models that it takes are above the Trainer,
 * so that these stand here.
 */
const behaviours = [
  {
    what: 'two classes, three classes, and classes as booleans',
    is: 'same',
    async check() {
      const numbers = await lossOf([0, 1, 1, 0], { numLabels: 2 });
      expect(await lossOf([false, true, true, false], { numLabels: 2 })).toBe(numbers);
      expect(await lossOf([0, 1, 2, 0], { numLabels: 3 })).toBeCloseTo(Math.log(3), 0);
    },
  },
  {
    what: 'one label of numbers is a regression, whole numbers and -1 too',
    is: 'same',
    async check() {
      const loss = await lossOf([1, -1, 0, 2], { numLabels: 1 });
      expect(loss).toBe(await lossOf([1.0, -1.0, 0.0, 2.0], { numLabels: 1 }));
      expect(loss).toBeGreaterThan(0.5);
    },
  },
  {
    what: 'several labels a row, as numbers from 0 to 1',
    is: 'same',
    async check() {
      const labels = [
        [0, 1.0],
        [1, 1],
        [0, 0],
        [0.5, 0],
      ];
      expect(await lossOf(labels, { numLabels: 2 })).toBeCloseTo(Math.log(2), 0);
    },
  },
  {
    what: 'several labels a row, as whole numbers',
    is: 'better',
    how: 'they are the same labels; in `transformers` the loss fails on them',
    async check() {
      const labels = [
        [0, 1],
        [1, 1],
        [0, 0],
        [1, 0],
      ];
      expect(await lossOf(labels, { numLabels: 2 })).toBeCloseTo(Math.log(2), 0);
    },
  },
  {
    what: 'a row whose label is -100 counts for nothing',
    is: 'same',
    async check() {
      const three = Dataset.fromRows([0, 1, 1].map((label, index) => ({ input_ids: texts[index], label })));
      const options = { labelOptions: { numLabels: 2, hiddenDropoutProb: 0, attentionProbsDropoutProb: 0 } };
      const { trainer, trainDataset } = await classifier([0, 1, 1, -100], options);
      const whole = (await trainer.evaluate(trainDataset as never)).eval_loss;
      expect((await trainer.evaluate(three as never)).eval_loss).toBeCloseTo(whole ?? NaN, 6);
    },
  },
  {
    what: 'a label that is not a class',
    is: 'better',
    how: `${better}; on a GPU \`transformers\` ends with a failed assertion of the device`,
    check: () => refused([0, 1, 5, 0], 'is 5, but the model has classes 0 to 1', { labelOptions: { numLabels: 2 } }),
  },
  { what: 'labels as texts', is: 'better', how: better, check: () => refused(['a', 'b', 'a', 'b'], 'label') },
  { what: 'rows without labels', is: 'better', how: better, check: () => refused(null, 'label') },
  {
    what: 'rows of different lengths without padding',
    is: 'better',
    how: 'the error names the column and the collator that pads',
    async check() {
      const { trainer } = await classifier([0, 1, 1, 0], {}, { processingClass: undefined as never });
      await expect(trainer.train()).rejects.toThrow('DataCollatorWithPadding');
    },
  },
  {
    what: 'texts that were not tokenized',
    is: 'better',
    how: 'the error says which columns the model reads',
    async check() {
      const { trainer } = await classifier([0, 1, 1, 0]);
      const rows = Dataset.fromRows([{ text: 'a', label: 0 }]);
      await expect(trainer.evaluate(rows as never)).rejects.toThrow('input_ids');
    },
  },
  {
    what: 'a model without a head',
    is: 'better',
    how: 'the error says which class has a head',
    async check() {
      const base = await AutoModel.fromPretrained(small, { silent: true });
      const model = base as unknown as TrainableModel;
      const { trainer } = await classifier([0, 1, 1, 0], {}, { model });
      await expect(trainer.train()).rejects.toThrow('base model without a head');
    },
  },
  {
    what: '`saveModel` with tokenizer, arguments and names of labels; loaded again it gives the same logits',
    is: 'same',
    async check() {
      const names = { id2label: { 0: 'no', 1: 'yes' }, label2id: { no: 0, yes: 1 } };
      const { trainer, trainDataset } = await classifier([0, 1, 1, 0], { labelOptions: names });
      await trainer.train();
      await trainer.saveModel();
      const before = await trainer.predict(trainDataset as never);
      const model = await AutoModelForSequenceClassification.fromPretrained(folder, { silent: true });
      expect(model.config.id2label).toEqual(names.id2label);
      expect(readdirSync(folder)).toContain('training_args.json');
      expect((await AutoTokenizer.fromPretrained(folder)).vocabSize).toBeGreaterThan(10);
      const args = new TrainingArguments(folder, { disableTqdm: true });
      const after = await new Trainer({ model, args, processingClass: trainer.processingClass }).predict(
        trainDataset as never,
      );
      expect(after.predictions.toArray()).toEqual(before.predictions.toArray());
    },
  },
  {
    what: '`DataCollatorWithPadding` to the longest, to a length, to a multiple',
    is: 'same',
    async check() {
      const tokenizer = await AutoTokenizer.fromPretrained(small);
      const rows = texts.map((input_ids) => ({ input_ids }));
      const width = (options: object) =>
        new DataCollatorWithPadding({ tokenizer, ...options })(rows as never)['input_ids']?.shape;
      expect(width({})).toEqual([4, 5]);
      expect(width({ padding: 'max_length', maxLength: 9 })).toEqual([4, 9]);
      expect(width({ padToMultipleOf: 8 })).toEqual([4, 8]);
    },
  },
  {
    what: 'activation checkpointing: the same weights, bit for bit',
    is: 'same',
    async check() {
      const weight = async (activationCheckpointing: boolean) => {
        const { trainer, model } = await classifier([0, 1, 1, 0], { activationCheckpointing, maxSteps: 2 });
        await trainer.train();
        const [, first] = [...model.namedParameters()][0]!;
        return [...(await first.data())];
      };
      expect(await weight(true)).toEqual(await weight(false));
    },
  },
  {
    what: '`fp16FullEval`',
    is: 'same',
    async check() {
      const { trainer, trainDataset } = await classifier([0, 1, 1, 0]);
      const half = await classifier([0, 1, 1, 0], { fp16FullEval: true });
      const [one, other] = [
        await trainer.evaluate(trainDataset as never),
        await half.trainer.evaluate(trainDataset as never),
      ];
      expect(other.eval_loss).not.toBe(one.eval_loss);
      expect(other.eval_loss).toBeCloseTo(one.eval_loss ?? NaN, 2);
    },
  },
  {
    what: '`neftuneNoiseAlpha` changes training and not evaluation',
    is: 'same',
    async check() {
      const plain = await classifier([0, 1, 1, 0]);
      const noisy = await classifier([0, 1, 1, 0], { neftuneNoiseAlpha: 5 });
      const losses = async ({ trainer, trainDataset }: typeof plain) => {
        const { eval_loss: before } = await trainer.evaluate(trainDataset as never);
        return [before, (await trainer.train()).trainingLoss] as const;
      };
      const [one, other] = [await losses(plain), await losses(noisy)];
      expect(other[0]).toBe(one[0]);
      expect(other[1]).not.toBe(one[1]);
    },
  },
];

// `node scripts/trainer-parity.mjs` runs these too and writes their table.
it.for<(typeof behaviours)[number] & { readonly how?: string }>(behaviours)(
  '$what',
  async ({ what, is, how, check }, { task }) => {
    await check();
    task.meta.title = what;
    task.meta.section = 'Heads, labels and collators';
    task.meta.verdict = how ? `${is}: ${how}` : is;
  },
);

it('docs/trainer-parity.md has a row for each', () => {
  const page = readFileSync(new URL('../../../../docs/trainer-parity.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
  for (const { what } of behaviours) expect(page, 'run node scripts/trainer-parity.mjs').toContain(`| ${what} |`);
});
