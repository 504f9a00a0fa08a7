import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Dataset } from '@attune/data';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import golden from '../../golden/modelCard.json' with { type: 'json' };
import { TrainerError } from '../index.ts';
import type { ModelCardOptions } from '../index.ts';
import { folder, make, rows } from '../testing/regression.ts';
import { captureTerminal } from '../testing/captureTerminal.ts';

captureTerminal();

const partsOf = (card: string) => {
  const [, frontMatter = '', text = ''] = /^---\n([^]*?)\n---\n([^]*)$/.exec(card) ?? [];
  const sections = text.split(/^#+ /m).slice(1);
  return { metadata: parse(frontMatter) as object, sections };
};

const computeMetrics = () => ({ accuracy: 0.75, f1: 0.8123456, matthews_correlation: 0.5 });
const evalDataset = Dataset.fromRows(rows.slice(0, 20));
const cardOf = (output: string) => readFileSync(join(output, 'README.md'), 'utf8');

const all: ModelCardOptions = {
  language: 'en',
  license: 'apache-2.0',
  tags: ['mine'],
  finetunedFrom: 'google-bert/bert-base-uncased',
  tasks: 'text-classification',
  datasetTags: 'nyu-mll/glue',
  dataset: 'GLUE: MRPC',
  datasetArgs: 'mrpc',
};
const cases = [
  [
    'told all',
    all,
    {
      numTrainEpochs: 2,
      evalStrategy: 'epoch',
      loggingStrategy: 'epoch',
      gradientAccumulationSteps: 2,
      warmupSteps: 2,
    },
  ],
  ['told little', {}, { maxSteps: 4, evalStrategy: 'steps', evalSteps: 2 }],
] as const;

describe('createModelCard', () => {
  it.each(cases)('writes what transformers writes: %s', async (name, options, args) => {
    const output = join(folder(), 'my model');
    const { trainer } = await make({ learningRate: 5e-5, ...args }, { evalDataset, computeMetrics }, undefined, output);
    await trainer.train();
    await trainer.createModelCard(options);
    const [ours, theirs] = [partsOf(cardOf(output)), partsOf(golden[name])];
    expect(ours.metadata).toEqual(theirs.metadata);
    // What is known is said, and what is not known is not claimed.
    const expected = theirs.sections.map((section) =>
      section
        .replace('OptimizerNames.ADAMW_TORCH_FUSED', 'adamw_torch_fused')
        .replace('Use adamw', 'adamw')
        .replace(' and optimizer_args=No additional optimizer arguments', '')
        .replace('was trained from scratch on', 'was trained on')
        .replace(/(data\n\n)More information needed/, '$164 examples to train on, 20 to evaluate on.')
        .replace(/(Framework versions\n\n)[^]*/, '$1')
        .replace(/\n+$/, '\n\n'),
    );
    const sections = ours.sections.map((section) => section.replace(/(Framework versions\n\n)[^]*/, '$1'));
    expect(sections).toEqual(expected);
    expect(ours.sections.at(-1)).toMatch(
      /^Framework versions\n\n- Attune \d+\.\d+\.\d+\S*\n- Node.js \d+\.\d+\.\d+\n$/,
    );
  });

  it('knows the task of a head, keeps the tags of a card, and survives names that YAML would read otherwise', async () => {
    const { trainer, model } = await make({}, { evalDataset, computeMetrics });
    await trainer.createModelCard({ tags: 'one', modelName: 'yes' });
    expect(partsOf(cardOf(folder())).metadata).toMatchObject({ tags: ['one', 'generated_from_trainer'] });
    class BertForSequenceClassification extends (model.constructor as typeof Object) {}
    Object.setPrototypeOf(model, BertForSequenceClassification.prototype as object);
    await trainer.evaluate();
    await trainer.createModelCard({ tags: 'a: "b"', datasetTags: ['x', 'null'], modelName: 'yes' });
    const { metadata, sections } = partsOf(cardOf(folder()));
    expect(metadata).toMatchObject({
      tags: ['a: "b"', 'one', 'generated_from_trainer'],
      datasets: ['x', 'null'],
      'model-index': [
        {
          name: 'yes',
          results: [
            { task: { type: 'text-classification' }, dataset: { name: 'x', type: 'x' } },
            { task: { type: 'text-classification' }, dataset: { name: 'null' } },
          ],
        },
      ],
    });
    expect(sections[0]).toMatch(/^yes\n\nThis model was trained on the x and the null datasets\.\n/);
  });

  it('replaces what cannot be read, and refuses what it does not know', async () => {
    const { trainer } = await make({});
    mkdirSync(folder(), { recursive: true });
    writeFileSync(join(folder(), 'README.md'), '---\n{ a: [\n---\nmine\n');
    await trainer.createModelCard();
    expect(partsOf(cardOf(folder())).metadata).toMatchObject({ tags: ['generated_from_trainer'] });
    await expect(trainer.createModelCard({ licence: 'mit' } as object)).rejects.toThrow(/did you mean license/);
    await expect(trainer.createModelCard({ tags: 5 } as never)).rejects.toThrow(TrainerError);
    for (const finetunedFrom of ['/models/mine', './mine', '~/mine', 'a/b/c', ''])
      await expect(trainer.createModelCard({ finetunedFrom })).rejects.toThrow(
        /finetunedFrom must be a name on the hub/,
      );
  });
});

describe('methods of transformers that there are not', () => {
  it('say what to do instead', async () => {
    const { trainer } = await make({});
    const absent = trainer as unknown as Record<string, () => Promise<void>>;
    await expect(absent['pushToHub']?.()).rejects.toThrow(
      'a Trainer has no method pushToHub: nothing is uploaded: call saveModel() and createModelCard(), then npx @huggingface/hub upload',
    );
    expect(() => absent['getLearningRates']?.()).toThrow(/each log entry has the learning_rate/);
    expect(trainer.getNumTrainableParameters()).toBe(2);
    expect([trainer.isWorldProcessZero(), trainer.isLocalProcessZero()]).toEqual([true, true]);
  });
});
