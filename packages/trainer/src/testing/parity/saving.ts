import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import golden from '../../../golden/trainer.json' with { type: 'json' };
import type { TrainingArgumentsOptions } from '../../index.ts';
import { folder, make, value } from '../regression.ts';
import { evalDataset, sameRuns } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';

const checkpoints = () =>
  readdirSync(folder())
    .filter((name) => name.startsWith('checkpoint-'))
    .toSorted((a, b) => Number(a.slice(11)) - Number(b.slice(11)));

async function trained(options: Partial<TrainingArgumentsOptions>, resumeFromCheckpoint: string | boolean = false) {
  const { trainer, model } = await make({ saveStrategy: 'steps', ...options }, { evalDataset });
  await trainer.train({ resumeFromCheckpoint });
  return { trainer, a: await value(model.a), b: await value(model.b), log: trainer.state.logHistory };
}

export const saving: readonly Behaviour[] = [
  {
    what: 'the files of a checkpoint',
    is: 'better',
    how: 'safetensors and JSON in place of pickled files, with checksums; `trainer_state.json` has the same keys',
    async check() {
      await trained({ maxSteps: 2, saveSteps: 2 });
      const names = readdirSync(`${folder()}/checkpoint-2`);
      expect(names).toEqual(expect.arrayContaining(['optimizer.safetensors', 'trainer_state.json', 'rng.json']));
    },
  },
  {
    what: '`saveSteps`, the last step too, `saveStrategy` epoch and no',
    is: 'same',
    async check() {
      await trained({ saveSteps: 10, maxSteps: 12 });
      expect(checkpoints()).toEqual(['checkpoint-10', 'checkpoint-12']);
      await trained({ saveStrategy: 'epoch', numTrainEpochs: 1 });
      expect(checkpoints()).toContain('checkpoint-8');
    },
  },
  {
    what: '`saveOnlyModel`',
    is: 'same',
    async check() {
      await trained({ maxSteps: 1, saveOnlyModel: true });
      const files = readdirSync(`${folder()}/checkpoint-1`);
      expect(files).not.toContain('optimizer.safetensors');
      expect(files).toContain('trainer_state.json');
    },
  },
  {
    what: '`saveTotalLimit`, in a folder with checkpoints of an earlier run too',
    is: 'better',
    how: 'what this run wrote is never removed for what lay there',
    async check() {
      mkdirSync(`${folder()}/checkpoint-900`);
      writeFileSync(`${folder()}/checkpoint-900/trainer_state.json`, '{}');
      utimesSync(`${folder()}/checkpoint-900`, 1, 1);
      await trained({ maxSteps: 3, saveSteps: 1, saveTotalLimit: 2 });
      expect(checkpoints()).toEqual(['checkpoint-2', 'checkpoint-3']);
    },
  },
  {
    what: 'a run that is resumed, from a path or the newest, in the middle of an epoch and later',
    is: 'better',
    how: 'every later log entry and weight has the bits of the run that never stopped',
    async check() {
      const options = { saveSteps: 5, loggingSteps: 3, numTrainEpochs: 2 } as const;
      const whole = await trained(options);
      for (const from of [`${folder()}/checkpoint-5`, `${folder()}/checkpoint-10`]) {
        const { a, b, log } = await trained({ ...options, saveStrategy: 'no' }, from);
        expect([a, b]).toEqual([whole.a, whole.b]);
        expect(log.slice(0, -1)).toEqual(whole.log.slice(0, -1));
      }
      expect((await trained({ ...options, saveStrategy: 'no' }, true)).a).toBe(whole.a);
    },
  },
  {
    what: 'a checkpoint that is not there, or of another run',
    is: 'better',
    how: 'the error says what differs',
    async check() {
      await trained({ maxSteps: 2 });
      await expect(trained({ maxSteps: 4 }, `${folder()}/checkpoint-7`)).rejects.toThrow('checkpoint-7');
      await expect(trained({ maxSteps: 4, seed: 7 }, true)).rejects.toThrow('seed');
    },
  },
  {
    what: 'a checkpoint that is damaged',
    is: 'better',
    how: 'checksums find it, and the newest whole one is taken; `transformers` fails',
    async check() {
      await trained({ maxSteps: 4, saveSteps: 2 });
      writeFileSync(`${folder()}/checkpoint-4/model.safetensors`, 'x');
      const { trainer } = await trained({ maxSteps: 6 }, true);
      expect(trainer.state.globalStep).toBe(6);
    },
  },
  {
    what: 'the best model by a metric, kept over the limit and loaded at the end; `saveStrategy: best`',
    is: 'same',
    async check() {
      const figure = await sameRuns('best');
      const { trainer } = await trained(golden.runs.best.arguments as Partial<TrainingArgumentsOptions>);
      expect(trainer.state.bestGlobalStep).toBe(golden.runs.best.best.step);
      return figure;
    },
  },
  {
    what: 'an output folder that cannot be written',
    is: 'better',
    how: 'told before the first step',
    async check() {
      const file = `${folder()}/file`;
      writeFileSync(file, '');
      const { trainer } = await make({ saveStrategy: 'steps' }, {}, undefined, `${file}/out`);
      await expect(trainer.train()).rejects.toThrow('is a file');
      expect(trainer.state.globalStep).toBe(0);
    },
  },
  {
    what: '`saveModel`',
    is: 'same',
    async check() {
      const { trainer } = await make();
      await trainer.saveModel();
      expect(readdirSync(folder())).toContain('model.safetensors');
    },
  },
];
