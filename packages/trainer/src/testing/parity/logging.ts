import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { folder, make } from '../regression.ts';
import { args, evalDataset, sameRuns, trainDataset } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';

export const logging: readonly Behaviour[] = [
  {
    what: 'a log every so many steps, each epoch, never, after a part, after the first step',
    is: 'same',
    check: () => sameRuns('log epochs', 'log nothing', 'log part', 'first step'),
  },
  {
    what: 'speeds, `total_flos` and `epoch` at the end',
    is: 'same',
    async check() {
      const { trainer } = await make({ maxSteps: 2 });
      const { metrics } = await trainer.train();
      expect(Object.keys(metrics).toSorted()).toEqual(
        'epoch total_flos train_loss train_runtime train_samples_per_second train_steps_per_second'.split(' '),
      );
    },
  },
  {
    what: '`logMetrics`, `saveMetrics`, `saveState`',
    is: 'same',
    async check() {
      const { trainer } = await make({ maxSteps: 1 });
      const { metrics } = await trainer.train();
      trainer.logMetrics('train', metrics);
      await trainer.saveMetrics('train', metrics);
      await trainer.saveState();
      expect(readdirSync(folder()).toSorted()).toEqual([
        'all_results.json',
        'train_results.json',
        'trainer_state.json',
      ]);
    },
  },
  {
    what: '`log()` from outside, kept and told',
    is: 'same',
    async check() {
      const { trainer } = await make();
      await trainer.log({ mine: 5 });
      expect(trainer.state.logHistory).toEqual([{ mine: 5, epoch: 0, step: 0 }]);
    },
  },
  {
    what: '`reportTo` TensorBoard',
    is: 'same',
    async check() {
      const { trainer } = await make({ maxSteps: 1, reportTo: 'tensorboard', loggingDir: `${folder()}/logs` });
      await trainer.train();
      expect(readdirSync(`${folder()}/logs`)[0]).toMatch(/^events\.out\.tfevents\./);
    },
  },
  {
    what: '`reportTo` a service',
    is: 'refused',
    how: 'a callback with `onLog` sends entries anywhere',
    check: () => expect(args({ reportTo: 'wandb' })).toThrow('onLog'),
  },
  {
    what: 'a model card',
    is: 'same',
    async check() {
      const { trainer } = await make({}, { evalDataset });
      await trainer.createModelCard();
      expect(readdirSync(folder())).toEqual(['README.md']);
    },
  },
  {
    what: 'uploads',
    is: 'refused',
    how: '`saveModel()`, `createModelCard()`, then `npx @huggingface/hub upload user/name FOLDER`',
    async check() {
      expect(args({ pushToHub: true })).toThrow('upload');
      const { trainer } = await make({}, { trainDataset });
      await expect((trainer as unknown as { pushToHub(): Promise<void> }).pushToHub()).rejects.toThrow('upload');
    },
  },
];
