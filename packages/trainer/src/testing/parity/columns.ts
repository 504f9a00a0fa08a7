import { expect } from 'vitest';
import { make, value } from '../regression.ts';
import { args, evalDataset, oneStep } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';

export const columns: readonly Behaviour[] = [
  {
    what: 'columns that the model does not read are dropped, and told',
    is: 'same',
    async check() {
      const seen = new Set<string>();
      const { trainer } = await make(oneStep, {
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
        const { trainer } = await make(oneStep);
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
    },
  },
];
