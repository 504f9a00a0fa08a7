import { AdamW } from '@attune/tensor';
import { expect } from 'vitest';
import golden from '../../../golden/trainer.json' with { type: 'json' };
import { make, RegressionModel, SteepModel, value } from '../regression.ts';
import { args, sameRuns } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';

const weightsOf = async ({ a, b }: RegressionModel) => [await value(a), await value(b)];

export const steps: readonly Behaviour[] = [
  { what: 'weights and losses of a default run', is: 'same', check: () => sameRuns('default') },
  {
    what: 'a part of an epoch; `maxSteps` over several epochs and under one',
    is: 'same',
    check: () => sameRuns('epochs', 'maxSteps', 'under an epoch'),
  },
  { what: 'a batch larger than the dataset', is: 'same', check: () => sameRuns('large batch') },
  {
    what: 'ten schedules with what they take, at every step',
    is: 'same',
    check: () =>
      sameRuns(
        'linear',
        'cosine',
        'restarts',
        'polynomial',
        'constant',
        'constant_with_warmup',
        'inverse_sqrt',
        'min_lr',
        'warmup_min_lr',
        'wsd',
      ),
  },
  {
    what: 'an option that a schedule does not know is refused',
    is: 'better',
    how: 'at construction, not in `train()`',
    check: () => expect(args({ lrSchedulerKwargs: { cycles: 2 } })).toThrow('cycles'),
  },
  { what: 'weight decay', is: 'same', check: () => sameRuns('decay') },
  { what: 'betas and epsilon of AdamW', is: 'same', check: () => sameRuns('adam') },
  {
    what: 'clipping, and none with 0; the norm that is logged is that before clipping',
    is: 'same',
    check: () => sameRuns('clipped', 'not clipped'),
  },
  {
    what: 'accumulation equals the large batch, also with a short last group',
    is: 'same',
    check: () => sameRuns('accumulation', 'short group'),
  },
  {
    what: 'accumulation of batches of different sizes',
    is: 'better',
    how: 'every example weighs the same; `transformers` weighs batches, where a model does not take `num_items_in_batch`',
    async check() {
      const small = await make({ gradientAccumulationSteps: 3, perDeviceTrainBatchSize: 3, maxSteps: 8 });
      const large = await make({ perDeviceTrainBatchSize: 9, maxSteps: 8 });
      await small.trainer.train();
      await large.trainer.train();
      const [one, other] = [await weightsOf(small.model), await weightsOf(large.model)];
      for (const [index, weight] of one.entries()) expect(weight).toBeCloseTo(other[index] as number, 5);
    },
  },
  {
    what: 'seed, seed of the data order, sequential order',
    is: 'same',
    check: () => sameRuns('seed', 'data seed', 'sequential'),
  },
  {
    what: 'a frozen parameter stays',
    is: 'same',
    async check() {
      const { trainer, model } = await make({ maxSteps: 3 });
      model.b.requiresGrad = false;
      await trainer.train();
      expect(await value(model.b)).toBe(0);
      expect(await value(model.a)).not.toBe(0);
    },
  },
  {
    what: '`fp16`: an update that overflows is skipped, and the schedule waits',
    is: 'better',
    how: 'on the GPU, without waiting for it',
    async check() {
      const { model: parts } = await make();
      const model = new SteepModel(parts.a, parts.b);
      const { trainer } = await make({ fp16: true, loggingSteps: 1 }, { model });
      await trainer.train();
      const norms = trainer.state.logHistory.flatMap(({ grad_norm: norm }) => norm ?? []);
      expect([norms[0], norms.at(-1)].map((norm) => Number.isFinite(norm))).toEqual([false, true]);
      expect(await value(model.a)).not.toBe(0);
    },
  },
  {
    what: 'a loss that is not finite',
    is: 'better',
    how: 'an error that names the step; `transformers` goes on and hides it in the log',
    async check() {
      const { trainer } = await make({ learningRate: 1e38, maxSteps: 8, maxGradNorm: 0 });
      await expect(trainer.train()).rejects.toThrow(/not finite at step \d/);
    },
  },
  {
    what: '`train()` twice continues with the weights',
    is: 'better',
    how: 'and the memory of the optimizer is free between; `transformers` keeps its moments, as `optimizers` does here',
    async check() {
      const options = { maxSteps: 4, lrSchedulerType: 'constant' } as const;
      const { trainer, model } = await make(options);
      await trainer.train();
      const { liveBytes } = model.device.memory;
      await trainer.train();
      expect(model.device.memory.liveBytes).toBe(liveBytes);
      const kept = await RegressionModel.create();
      const optimizer = new AdamW(kept.parameters(), { lr: 0.1, weightDecay: 0 });
      const other = await make(options, { model: kept, optimizers: [optimizer, () => 0.1] });
      await other.trainer.train();
      await other.trainer.train();
      expect(await value(kept.a)).toBeCloseTo(golden.twice.a, 5);
      expect(await value(kept.b)).toBeCloseTo(golden.twice.b, 5);
    },
  },
  {
    what: 'the same seed gives the same losses',
    is: 'better',
    how: 'and the same bits, on the same adapter',
    async check() {
      const runs = [await make({ maxSteps: 5 }), await make({ maxSteps: 5 })];
      for (const { trainer } of runs) await trainer.train();
      const [one, other] = await Promise.all(runs.map(({ model }) => weightsOf(model)));
      expect(one).toEqual(other);
    },
  },
  {
    what: 'the last batch that is not full is left out with `dataloaderDropLast`',
    is: 'same',
    check: () => sameRuns('drop last'),
  },
  {
    what: 'how many parameters are trained',
    is: 'same',
    async check() {
      const { trainer } = await make();
      expect(trainer.getNumTrainableParameters()).toBe(2);
    },
  },
];
