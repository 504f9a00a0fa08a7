import { mseLoss, scale } from '@attune/tensor';
import { expect } from 'vitest';
import { Trainer } from '../../index.ts';
import type { ComputedLoss, ComputeLossOptions, TrainableModel } from '../../index.ts';
import { make } from '../regression.ts';
import { evalDataset, oneStep } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';

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

export const ownLosses: readonly Behaviour[] = [
  {
    what: '`computeLoss` of a subclass',
    is: 'same',
    async check() {
      const [own, plain] = [await make(oneStep, { evalDataset }, DoubledLoss), await make(oneStep, { evalDataset })];
      const [doubled, once] = [await own.trainer.evaluate(), await plain.trainer.evaluate()];
      expect(doubled.eval_loss).toBeCloseTo(2 * (once.eval_loss ?? NaN), 4);
    },
  },
  {
    what: '`computeLossFunc`',
    is: 'same',
    async check() {
      const seen: number[] = [];
      const { trainer } = await make(oneStep, {
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
      const { trainer } = await make(oneStep, { preprocessLogitsForMetrics: (logits) => scale(logits, 0) });
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
      const { trainer } = await make({ ...oneStep, evalStrategy: 'epoch' }, { evalDataset }, Watched);
      await trainer.train();
      expect([...called].toSorted()).toEqual(names.toSorted());
    },
  },
  {
    what: 'a subclass that overrides what is never called',
    is: 'better',
    how: 'an error; Python calls it or not, by version',
    check() {
      class Mine extends Trainer {
        runEpoch() {}
      }
      return expect(make(oneStep, {}, Mine)).rejects.toThrow('never calls');
    },
  },
  {
    what: 'an option of `Trainer`, `train`, `evaluate` or `predict` that does not exist',
    is: 'better',
    how: 'the nearest name; for those of `transformers`, what to do',
    async check() {
      await expect(make(oneStep, { tokenizer: {} } as object)).rejects.toThrow('processingClass');
      const { trainer } = await make(oneStep);
      await expect(trainer.train({ resumeFromCheckpont: true } as object)).rejects.toThrow('resumeFromCheckpoint');
    },
  },
  {
    what: 'searching for arguments',
    is: 'refused',
    how: 'make a Trainer for each set of arguments',
    async check() {
      const { trainer } = await make(oneStep);
      const search = (trainer as unknown as { hyperparameterSearch(): Promise<void> }).hyperparameterSearch();
      await expect(search).rejects.toThrow('make a Trainer for each');
    },
  },
];
