import { NdArray } from '@attune/data';
import type { Dataset } from '@attune/data';
import { mseLoss, scale } from '@attune/tensor';
import { expect } from 'vitest';
import { Trainer } from '../../index.ts';
import type { ComputedLoss, ComputeLossOptions, TrainableModel } from '../../index.ts';
import { make, rows, value } from '../regression.ts';
import { args, evalDataset, sameRuns } from './behaviour.ts';
import type { Behaviours } from './behaviour.ts';

const quiet = { saveStrategy: 'no', maxSteps: 1 } as const;

class DoubledLoss extends Trainer {
  override computeLoss(
    model: TrainableModel,
    inputs: Parameters<Trainer['computeLoss']>[1],
    { returnOutputs = false, context }: ComputeLossOptions = {},
  ): ComputedLoss {
    const outputs = model.forward(inputs, context);
    const loss = outputs.loss ? scale(outputs.loss, 2) : null;
    return returnOutputs ? [loss, outputs] : loss;
  }
}

export const evaluating: Behaviours = {
  'Evaluation and prediction': [
    {
      what: 'the loss over examples that fill no batch; evaluations by epochs, steps and parts',
      is: 'same',
      check: () => sameRuns('eval epochs', 'eval steps', 'eval part'),
    },
    { what: '`evalDelay`, also at the last step', is: 'same', check: () => sameRuns('eval delay', 'eval delay over') },
    { what: '`evalOnStart`', is: 'same', check: () => sameRuns('eval on start') },
    {
      what: 'evaluation before training, with its run times',
      is: 'same',
      async check() {
        const { trainer } = await make(quiet, { evalDataset });
        expect(Object.keys(await trainer.evaluate()).toSorted()).toEqual(
          'epoch eval_loss eval_runtime eval_samples_per_second eval_steps_per_second'.split(' '),
        );
      },
    },
    {
      what: 'a prefix of the metrics, alone or as an option',
      is: 'same',
      async check() {
        const { trainer } = await make(quiet, { evalDataset, computeMetrics: () => ({ x_good: 1, more: 2 }) });
        expect(await trainer.evaluate(undefined, 'x')).toMatchObject({ x_good: 1, x_more: 2 });
        expect(await trainer.evaluate(undefined, { metricKeyPrefix: 'x' })).toHaveProperty('x_loss');
      },
    },
    {
      what: '`computeMetrics` gets `(logits, labels)` by name and by destructuring, and may be `async`',
      is: 'same',
      async check() {
        const { trainer } = await make(quiet, {
          evalDataset,
          computeMetrics: async (prediction) => {
            const [logits, labels] = prediction;
            await Promise.resolve();
            return { same: logits === prediction.predictions && labels === prediction.labelIds };
          },
        });
        expect(await trainer.evaluate()).toMatchObject({ eval_same: true });
      },
    },
    {
      what: '`computeMetrics` returns matrices, texts and objects',
      is: 'better',
      how: 'in the log and below the table; where it returns nothing, an error says so',
      async check() {
        const confusion = new NdArray(Int32Array.of(3, 1, 0, 4), [2, 2]);
        const { trainer } = await make(
          { ...quiet, evalStrategy: 'epoch' },
          { evalDataset, computeMetrics: () => ({ confusion, name: 'x', of: { a: 1 } }) },
        );
        await trainer.train();
        expect(trainer.state.logHistory.at(-2)).toMatchObject({ eval_name: 'x', eval_of: { a: 1 } });
        const empty = await make(quiet, { evalDataset, computeMetrics: () => undefined as unknown as object });
        await expect(empty.trainer.evaluate()).rejects.toThrow('computeMetrics');
      },
    },
    {
      what: '`evalStrategy` without an evaluation set is refused',
      is: 'same',
      check: () => expect(make({ evalStrategy: 'epoch' })).rejects.toThrow('evalDataset'),
    },
    {
      what: 'several evaluation sets',
      is: 'same',
      async check() {
        const { trainer } = await make(quiet, { evalDataset: { a: evalDataset, b: evalDataset } });
        expect(Object.keys(await trainer.evaluate())).toEqual(expect.arrayContaining(['eval_a_loss', 'eval_b_loss']));
      },
    },
    {
      what: 'prediction: nothing is logged, `test_` before the metrics, rows without labels',
      is: 'same',
      async check() {
        const { trainer } = await make(quiet);
        expect((await trainer.predict(evalDataset)).metrics).toHaveProperty('test_loss');
        const output = await trainer.predict(evalDataset.removeColumns(['label']));
        expect(output.predictions.shape).toEqual([20, 1]);
        expect(trainer.state.logHistory).toEqual([]);
      },
    },
    {
      what: 'train and eval mode are set back',
      is: 'same',
      async check() {
        const { trainer, model } = await make(quiet, { evalDataset });
        model.eval();
        await trainer.evaluate();
        expect(model.training).toBe(false);
      },
    },
    {
      what: 'an empty evaluation set',
      is: 'same',
      async check() {
        const { trainer } = await make(quiet);
        await expect(trainer.evaluate(evalDataset.select([]))).rejects.toThrow('no rows');
      },
    },
    {
      what: '`dataloaderDropLast` in evaluation',
      is: 'same',
      check: () => sameRuns('drop last in evaluation'),
    },
    {
      what: 'what is no dataset is refused',
      is: 'better',
      how: 'the error says how it becomes one',
      async check() {
        const { trainer } = await make(quiet);
        await expect(trainer.predict([{ input_x: 1 }] as unknown as Dataset)).rejects.toThrow('Dataset.fromRows');
      },
    },
  ],
  'Own losses and loops': [
    {
      what: '`computeLoss` of a subclass',
      is: 'same',
      async check() {
        const [own, plain] = [await make(quiet, { evalDataset }, DoubledLoss), await make(quiet, { evalDataset })];
        const [doubled, once] = [await own.trainer.evaluate(), await plain.trainer.evaluate()];
        expect(doubled.eval_loss).toBeCloseTo(2 * (once.eval_loss ?? NaN), 4);
      },
    },
    {
      what: '`computeLossFunc`',
      is: 'same',
      async check() {
        const seen: number[] = [];
        const { trainer } = await make(quiet, {
          computeLossFunc: ({ logits }, labels, { numItemsInBatch = 1 }) => {
            seen.push(numItemsInBatch);
            return mseLoss(logits, Float32Array.from(labels.data), { factor: 1 / numItemsInBatch });
          },
        });
        await trainer.train();
        expect(seen).toEqual([8]);
      },
    },
    {
      what: '`preprocessLogitsForMetrics`',
      is: 'same',
      async check() {
        const { trainer } = await make(quiet, { preprocessLogitsForMetrics: (logits) => scale(logits, 0) });
        expect([...(await trainer.predict(evalDataset)).predictions.data].every((logit) => Number(logit) === 0)).toBe(
          true,
        );
      },
    },
    {
      what: '`trainingStep`, `predictionStep`, `evaluationLoop`, loaders, `createOptimizer`, `createScheduler`, `log` of a subclass',
      is: 'same',
      async check() {
        const called = new Set<string>();
        class Watched extends Trainer {}
        const names = [
          'trainingStep',
          'predictionStep',
          'evaluationLoop',
          'getTrainDataloader',
          'getEvalDataloader',
          'createOptimizer',
          'createScheduler',
          'log',
        ] as const;
        for (const name of names) {
          const original = Trainer.prototype[name] as (...given: unknown[]) => unknown;
          Object.defineProperty(Watched.prototype, name, {
            value(this: Trainer, ...given: unknown[]) {
              called.add(name);
              return original.apply(this, given);
            },
          });
        }
        const { trainer } = await make({ ...quiet, evalStrategy: 'epoch' }, { evalDataset }, Watched);
        await trainer.train();
        expect([...called].toSorted()).toEqual(names.toSorted());
      },
    },
    {
      what: 'an option of `Trainer`, `train`, `evaluate` or `predict` that does not exist',
      is: 'better',
      how: 'the nearest name; for those of `transformers`, what to do',
      async check() {
        await expect(make(quiet, { tokenizer: {} } as object)).rejects.toThrow('processingClass');
        const { trainer } = await make(quiet);
        await expect(trainer.train({ resumeFromCheckpont: true } as object)).rejects.toThrow('resumeFromCheckpoint');
      },
    },
    {
      what: 'searching for arguments',
      is: 'refused',
      how: 'make a Trainer for each set of arguments',
      async check() {
        const { trainer } = await make(quiet);
        const search = (trainer as unknown as { hyperparameterSearch(): Promise<void> }).hyperparameterSearch();
        await expect(search).rejects.toThrow('make a Trainer for each');
      },
    },
  ],
  'Columns and labels': [
    {
      what: 'columns that the model does not read are dropped, and told',
      is: 'same',
      async check() {
        const seen = new Set<string>();
        const { trainer } = await make(quiet, {
          dataCollator: (examples) => {
            for (const name of Object.keys(examples[0] ?? {})) seen.add(name);
            const number = (name: string) => Float32Array.from(examples, (example) => Number(example[name]));
            return {
              input_x: { data: number('input_x'), shape: [examples.length] },
              labels: { data: number('label'), shape: [examples.length] },
            };
          },
        });
        await trainer.train();
        expect([...seen].toSorted()).toEqual(['input_x', 'label']);
      },
    },
    {
      what: '`label`, `label_ids` and `labels` are labels',
      is: 'same',
      async check() {
        const losses: (number | undefined)[] = [];
        for (const name of ['label', 'label_ids', 'labels']) {
          const { trainer } = await make(quiet);
          const set = name === 'label' ? evalDataset : evalDataset.renameColumn('label', name);
          losses.push((await trainer.evaluate(set)).eval_loss);
        }
        expect(new Set(losses).size).toBe(1);
      },
    },
    {
      what: '`labelSmoothingFactor` below 0 or above 1 is refused',
      is: 'better',
      how: '`transformers` takes any number',
      check: () => expect(args({ labelSmoothingFactor: 2 })).toThrow('below 1'),
    },
    {
      what: 'weights do not depend on what is evaluated in between',
      is: 'same',
      async check() {
        const plain = await make({ saveStrategy: 'no', maxSteps: 5 });
        const watched = await make(
          { saveStrategy: 'no', maxSteps: 5, evalStrategy: 'steps', evalSteps: 1 },
          { evalDataset },
        );
        await plain.trainer.train();
        await watched.trainer.train();
        expect(await value(watched.model.a)).toBe(await value(plain.model.a));
        expect(rows).toHaveLength(64);
      },
    },
  ],
};
