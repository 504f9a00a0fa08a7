import { Dataset } from '@attune/data';
import { getScheduler, Mt19937, SGD } from '@attune/tensor';
import { expect } from 'vitest';
import golden from '../../../golden/optimizers.json' with { type: 'json' };
import { Trainer } from '../../index.ts';
import type { OptimizerInput } from '../../index.ts';
import { groupedByLength } from '../../data/lengthGroups.ts';
import { endsAsRecorded } from '../optimizerCases.ts';
import { make, RegressionModel, rows, value } from '../regression.ts';
import { args } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';

/** The same of several runs that were recorded. */
async function runsEndAsRecorded(...names: Parameters<typeof endsAsRecorded>[0][]): Promise<string> {
  for (const name of names) await endsAsRecorded(name);
  return `weights, loss and rates of ${names.length} ${names.length === 1 ? 'run' : 'runs'}`;
}

export const optimizers: readonly Behaviour[] = [
  {
    what: '`optim` sgd, adafactor, adagrad, rmsprop, with `optimArgs`',
    is: 'same',
    check: () => runsEndAsRecorded('sgd', 'sgdMomentum', 'adafactor', 'adagrad', 'rmsprop'),
  },
  {
    what: 'an option of `optimArgs` that the optimizer has not',
    is: 'better',
    how: 'an error that names it; `transformers` passes it by',
    check: () => expect(args({ optim: 'sgd', optimArgs: { momentom: 0.9 } })).toThrow('momentum'),
  },
  { what: '`optimizerClsAndKwargs`', is: 'same', check: () => runsEndAsRecorded('clsAndKwargs') },
  {
    what: '`createOptimizer` with groups that have rates of their own',
    is: 'same',
    check: () => runsEndAsRecorded('ownGroups'),
  },
  { what: '`reduce_lr_on_plateau`', is: 'same', check: () => runsEndAsRecorded('plateau') },
  {
    what: '`optimizers`, an optimizer with its schedule',
    is: 'same',
    async check() {
      const named = await make({ optim: 'sgd', optimArgs: { momentum: 0.9 } });
      await named.trainer.train();
      const model = await RegressionModel.create();
      using optimizer = new SGD(model.namedParameters(), { lr: 0.1, momentum: 0.9 });
      const scheduler = getScheduler('linear', { optimizer, numTrainingSteps: 24 });
      const { trainer } = await make({}, { model, optimizers: [optimizer, scheduler] });
      await trainer.train();
      expect(await value(model.a)).toBe(await value(named.model.a));
    },
  },
  {
    what: 'what contradicts: `optimizers` beside `optimizerClsAndKwargs` or `modelInit`, `model` beside `modelInit`',
    is: 'same',
    async check() {
      const { model } = await make();
      using optimizer = new SGD(model.namedParameters(), { lr: 0.1 });
      const both = { optimizers: [optimizer, null], optimizerClsAndKwargs: [SGD, {}] } as const;
      await expect(make({}, { model, ...both })).rejects.toThrow('either');
      await expect(make({}, { modelInit: () => model })).rejects.toThrow('not both');
    },
  },
  {
    what: '`modelInit` makes a model for each `train()`',
    is: 'same',
    async check() {
      const models: RegressionModel[] = [];
      const modelInit = async () => {
        const made = await RegressionModel.create();
        models.push(made);
        return made;
      };
      const { trainer } = await make({ maxSteps: 3 }, { model: undefined as never, modelInit });
      await trainer.train();
      await trainer.train();
      expect(models).toHaveLength(2);
      expect(await value(models[1]!.a)).toBe(await value(models[0]!.a));
    },
  },
  {
    what: 'an own optimizer sees which parameters are trained',
    is: 'same',
    async check() {
      let trained: string[] = [];
      class Own extends Trainer {
        override createOptimizer(input: OptimizerInput) {
          trained = [...input.model.namedParameters()].flatMap(([name, { requiresGrad }]) =>
            requiresGrad ? [name] : [],
          );
          return super.createOptimizer(input);
        }
      }
      const { model, trainer } = await make({ maxSteps: 1 }, {}, Own);
      model.b.requiresGrad = false;
      await trainer.train();
      expect(trained).toEqual(['a']);
    },
  },
  {
    what: 'the order of rows by length',
    is: 'better',
    how: 'grouped from the shuffle of seed and epoch, the same each time; that of `transformers` depends on what dropout drew',
    check() {
      for (const { lengths, batchSize, seed, order } of golden.orders) {
        const drawn = new Mt19937(seed).randperm(lengths.length);
        expect(Array.from(groupedByLength(drawn, lengths, batchSize))).toEqual(order);
      }
      return `${golden.orders.length} orders`;
    },
  },
  {
    what: 'rows by length where no row says how long it is',
    is: 'better',
    how: 'an error at construction that names the column',
    check: () => expect(make({ trainSamplingStrategy: 'group_by_length' })).rejects.toThrow('column length'),
  },
  {
    what: '`includeNumInputTokensSeen` counts, in the state and the log',
    is: 'same',
    async check() {
      const { trainer } = await make({ includeNumInputTokensSeen: true, maxSteps: 2, loggingSteps: 1 } as object);
      await trainer.train();
      expect(trainer.state.logHistory.map((entry) => entry.num_input_tokens_seen)).toEqual([8, 16, 16]);
    },
  },
  {
    what: '`activationCheckpointing`, and `gradientCheckpointing` as its older name, where the model cannot do it',
    is: 'same',
    async check() {
      for (const name of ['activationCheckpointing', 'gradientCheckpointing'])
        await expect(make({ [name]: true }).then(({ trainer }) => trainer.train())).rejects.toThrow('heckpointing');
    },
  },
  {
    what: '`neftuneNoiseAlpha` where the model cannot do it',
    is: 'same',
    check: () => expect(make({ neftuneNoiseAlpha: 5 }).then(({ trainer }) => trainer.train())).rejects.toThrow('oise'),
  },
  {
    what: 'rows without a model of Attune: any module with `inputNames` and `forward` trains',
    is: 'same',
    async check() {
      const model = await RegressionModel.create();
      const { trainer } = await make({ maxSteps: 1 }, { model, trainDataset: Dataset.fromRows(rows.slice(0, 3)) });
      expect((await trainer.train()).globalStep).toBe(1);
    },
  },
];
