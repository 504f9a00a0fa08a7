import { Dataset } from '@attune/data';
import { expect } from 'vitest';
import golden from '../../../golden/evaluation.json' with { type: 'json' };
import { Trainer } from '../../index.ts';
import type { EvalPrediction } from '../../index.ts';
import { make, rows } from '../regression.ts';
import { close, dataset, plain, tokens } from '../tokenModel.ts';
import type { Several } from '../tokenModel.ts';
import { evalDataset, oneStep } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';

export const outputs: readonly Behaviour[] = [
  {
    what: 'several outputs and label names, logits of tokens, batches of different widths filled with -100',
    is: 'same',
    async check() {
      const [predictions, labelIds] = await (await tokens()).predict(dataset);
      expect(plain(predictions)).toEqual(close(golden.predictions));
      expect(plain(labelIds)).toEqual(golden.labelIds);
      return `${golden.predictions.flat(3).length} numbers`;
    },
  },
  {
    what: '`ignoreKeys` of `evaluate` and `predict`',
    is: 'same',
    async check() {
      const { predictions } = await (await tokens()).predict(dataset, { ignoreKeys: ['twice'] });
      expect(plain(predictions)).toEqual(close(golden.withoutTwice));
    },
  },
  {
    what: 'a label name of which the rows have no column: no labels, and no loss',
    is: 'same',
    async check() {
      const { labelIds, metrics } = await (await tokens({ labelNames: ['labels', 'labels_3'] })).predict(dataset);
      expect(labelIds).toMatchObject({ shape: [0] });
      expect(metrics).not.toHaveProperty('test_loss');
    },
  },
  {
    what: 'what `computeMetrics` gets with `includeForMetrics` inputs and loss',
    is: 'same',
    async check() {
      let elements: unknown[] = [];
      const computeMetrics = (prediction: EvalPrediction<Several, Several>) => {
        elements = [...prediction].map(plain);
        return {};
      };
      await (await tokens({ includeForMetrics: ['inputs', 'loss'] }, { computeMetrics })).evaluate();
      expect(elements).toEqual(close(golden.elements));
    },
  },
  {
    what: 'what `predictionLossOnly` leaves of the metrics',
    is: 'same',
    async check() {
      const names = Object.keys(await (await tokens({ predictionLossOnly: true })).evaluate());
      expect(names.filter((name) => !/_second$|time/.test(name)).toSorted()).toEqual(golden.lossOnly);
    },
  },
  {
    what: '`evaluate` of a subclass is what a run calls',
    is: 'same',
    async check() {
      let calls = 0;
      class Counted extends Trainer {
        override evaluate(...given: Parameters<Trainer['evaluate']>) {
          calls++;
          return super.evaluate(...given);
        }
      }
      const { trainer } = await make({ ...oneStep, evalStrategy: 'epoch' }, { evalDataset }, Counted);
      await trainer.train();
      expect(calls).toBe(1);
    },
  },
  {
    what: 'plain rows as a dataset with `removeUnusedColumns` off',
    is: 'same',
    async check() {
      const plainRows = rows.map(({ input_x, label }) => ({ input_x, label }));
      const { trainer } = await make({ ...oneStep, removeUnusedColumns: false }, { trainDataset: plainRows as never });
      expect((await trainer.train()).globalStep).toBe(1);
    },
  },
  {
    what: 'a loader of your own from `getTrainDataloader`',
    is: 'same',
    async check() {
      class OneBatch extends Trainer {
        override getTrainDataloader() {
          const data = { input_x: { data: Float32Array.of(1, 2), shape: [2] } };
          return [{ ...data, labels: { data: Float32Array.of(5, 7), shape: [2] } }] as never;
        }
      }
      const { trainer } = await make({ ...oneStep, maxSteps: 2 }, {}, OneBatch);
      expect((await trainer.train()).globalStep).toBe(2);
    },
  },
  {
    what: 'prediction of rows in order, whatever the batch size',
    is: 'same',
    async check() {
      const predicted = async (perDeviceEvalBatchSize: number) => {
        const { trainer } = await make({ ...oneStep, perDeviceEvalBatchSize });
        return [...(await trainer.predict(Dataset.fromRows(rows))).predictions.data];
      };
      expect(await predicted(3)).toEqual(await predicted(64));
    },
  },
];
