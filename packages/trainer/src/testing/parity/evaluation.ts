import { NdArray } from '@attune/data';
import type { Dataset } from '@attune/data';
import { expect } from 'vitest';
import { make } from '../regression.ts';
import { evalDataset, oneStep, sameRuns } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';

export const evaluation: readonly Behaviour[] = [
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
      const { trainer } = await make(oneStep, { evalDataset });
      expect(Object.keys(await trainer.evaluate()).toSorted()).toEqual(
        'epoch eval_loss eval_runtime eval_samples_per_second eval_steps_per_second'.split(' '),
      );
    },
  },
  {
    what: 'a prefix of the metrics, alone or as an option',
    is: 'same',
    async check() {
      const { trainer } = await make(oneStep, { evalDataset, computeMetrics: () => ({ x_good: 1, more: 2 }) });
      expect(await trainer.evaluate(undefined, 'x')).toMatchObject({ x_good: 1, x_more: 2 });
      expect(await trainer.evaluate(undefined, { metricKeyPrefix: 'x' })).toHaveProperty('x_loss');
    },
  },
  {
    what: '`computeMetrics` gets `(logits, labels)` by name and by destructuring, and may be `async`',
    is: 'same',
    async check() {
      const { trainer } = await make(oneStep, {
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
        { ...oneStep, evalStrategy: 'epoch' },
        { evalDataset, computeMetrics: () => ({ confusion, name: 'x', of: { a: 1 } }) },
      );
      await trainer.train();
      expect(trainer.state.logHistory.at(-2)).toMatchObject({ eval_name: 'x', eval_of: { a: 1 } });
      const empty = await make(oneStep, { evalDataset, computeMetrics: () => undefined as unknown as object });
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
      const { trainer } = await make(oneStep, { evalDataset: { a: evalDataset, b: evalDataset } });
      expect(Object.keys(await trainer.evaluate())).toEqual(expect.arrayContaining(['eval_a_loss', 'eval_b_loss']));
    },
  },
  {
    what: 'prediction: nothing is logged, `test_` before the metrics, rows without labels',
    is: 'same',
    async check() {
      const { trainer } = await make(oneStep);
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
      const { trainer, model } = await make(oneStep, { evalDataset });
      model.eval();
      await trainer.evaluate();
      expect(model.training).toBe(false);
    },
  },
  {
    what: 'an empty evaluation set',
    is: 'same',
    async check() {
      const { trainer } = await make(oneStep);
      await expect(trainer.evaluate(evalDataset.select([]))).rejects.toThrow('no rows');
    },
  },
  {
    what: '`dataloaderDropLast` in evaluation',
    is: 'same',
    check: () => sameRuns('drop last in evaluation'),
  },
  {
    what: 'what is not a dataset is refused',
    is: 'better',
    how: 'the error says how it becomes one',
    async check() {
      const { trainer } = await make(oneStep);
      await expect(trainer.predict([{ input_x: 1 }] as unknown as Dataset)).rejects.toThrow('Dataset.fromRows');
    },
  },
];
