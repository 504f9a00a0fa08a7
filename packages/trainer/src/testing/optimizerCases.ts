import { Dataset } from '@attune/data';
import { groupParameters, SGD } from '@attune/tensor';
import { expect } from 'vitest';
import golden from '../../golden/optimizers.json' with { type: 'json' };
import { Trainer } from '../index.ts';
import type { OptimizerInput, TrainerOptions, TrainingArgumentsOptions } from '../index.ts';
import { make, rows, value } from './regression.ts';

type Options = Partial<TrainingArgumentsOptions>;

export const ratesOf = (trainer: Trainer) => trainer.state.logHistory.flatMap(({ learning_rate: rate }) => rate ?? []);

class OwnGroups extends Trainer {
  override createOptimizer({ model }: OptimizerInput) {
    const rules = [
      { pattern: /^a$/, lr: 0.05 },
      { pattern: /^b$/, lr: 0.2 },
    ];
    return new SGD(groupParameters(model.namedParameters(), rules), { lr: 0.1, maxGradNorm: 1 });
  }
}

export const plateau: Options = {
  optim: 'sgd',
  evalStrategy: 'steps',
  evalSteps: 2,
  loggingSteps: 1,
  lrSchedulerType: 'reduce_lr_on_plateau',
  lrSchedulerKwargs: { factor: 0.5, patience: 0, threshold: 0.3 },
};
export const evalDataset = Dataset.fromRows(rows.slice(0, 16));

type Case = [keyof typeof golden.cases, Options, Partial<TrainerOptions>?, Parameters<typeof make>[2]?];

/** Name, arguments, what else the Trainer gets, and its class. */
export const cases: readonly Case[] = [
  ['sgd', { optim: 'sgd' }],
  ['sgdMomentum', { optim: 'sgd', optimArgs: 'momentum=0.9,nesterov=true', weightDecay: 0.1, maxGradNorm: 0.5 }],
  ['adafactor', { optim: 'adafactor' }],
  ['adagrad', { optim: 'adagrad', optimArgs: { lrDecay: 0.01 } }],
  ['rmsprop', { optim: 'rmsprop', optimArgs: { alpha: 0.9, momentum: 0.5, centered: true } }],
  ['ownGroups', { lrSchedulerType: 'cosine', warmupSteps: 3 }, {}, OwnGroups],
  ['clsAndKwargs', {}, { optimizerClsAndKwargs: [SGD, { lr: 0.02, momentum: 0.5 }] }],
  ['plateau', plateau, { evalDataset }],
];

/** Trains so: weights, loss and every learning rate are those of transformers. */
export async function endsAsRecorded(name: Case[0]): Promise<void> {
  const [, options, more = {}, Class = Trainer] = cases.find(([known]) => known === name) ?? [];
  const expected = golden.cases[name];
  const { model, trainer } = await make({ loggingSteps: 4, ...options }, more, Class);
  const { trainingLoss } = await trainer.train();
  expect(await value(model.a)).toBeCloseTo(expected.a, 5);
  expect(await value(model.b)).toBeCloseTo(expected.b, 5);
  expect(trainingLoss).toBeCloseTo(expected.trainLoss, 4);
  for (const [index, rate] of ratesOf(trainer).entries()) expect(rate).toBeCloseTo(expected.rates[index] ?? NaN, 12);
  expect(ratesOf(trainer)).toHaveLength(expected.rates.length);
}
