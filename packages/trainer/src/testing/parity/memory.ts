import { expect } from 'vitest';
import type { EvalPrediction, TrainingArgumentsOptions } from '../../index.ts';
import { make, value } from '../regression.ts';
import { evalDataset } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';

/** The metrics of an evaluation by what it predicts. */
async function evaluated(options: Partial<TrainingArgumentsOptions>) {
  const sums: number[] = [];
  const { trainer } = await make(
    { saveStrategy: 'no', ...options },
    {
      evalDataset,
      computeMetrics: ({ labelIds }) => {
        sums.push(...Array.from(labelIds.data as Float32Array));
        return { sum: sums.reduce((sum, label) => sum + label, 0) };
      },
    },
  );
  const { eval_loss: loss, eval_sum: sum } = await trainer.evaluate();
  return { loss, sum };
}

export const memory: readonly Behaviour[] = [
  {
    what: '`evalAccumulationSteps` changes no metric',
    is: 'same',
    check: async () => expect(await evaluated({ evalAccumulationSteps: 1 })).toEqual(await evaluated({})),
  },
  {
    what: '`batchEvalMetrics` gives each batch to `computeMetrics`',
    is: 'same',
    check: async () => expect(await evaluated({ batchEvalMetrics: true })).toEqual(await evaluated({})),
  },
  {
    what: '`predictionLossOnly` keeps no logits',
    is: 'same',
    async check() {
      const { trainer } = await make({ saveStrategy: 'no', predictionLossOnly: true });
      const { metrics, predictions } = await trainer.predict(evalDataset);
      expect(metrics).toHaveProperty('test_loss');
      expect(predictions?.data.length ?? 0).toBe(0);
    },
  },
  {
    what: '`includeForMetrics`',
    is: 'same',
    async check() {
      const seen: EvalPrediction[] = [];
      const { trainer } = await make(
        { saveStrategy: 'no', includeForMetrics: ['inputs', 'loss'] },
        {
          evalDataset,
          computeMetrics: (prediction) => {
            seen.push(prediction);
            return {};
          },
        },
      );
      await trainer.evaluate();
      expect(seen[0]?.inputs).toBeTruthy();
      expect(seen[0]?.losses).toBeTruthy();
    },
  },
  {
    what: '`autoFindBatchSize` where all fits is the plain run',
    is: 'same',
    async check() {
      const [found, plain] = [
        await make({ saveStrategy: 'no', maxSteps: 4, autoFindBatchSize: true }),
        await make({ saveStrategy: 'no', maxSteps: 4 }),
      ];
      await found.trainer.train();
      await plain.trainer.train();
      expect(await value(found.model.a)).toBe(await value(plain.model.a));
    },
  },
];
