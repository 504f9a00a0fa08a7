import { homedir } from 'node:os';
import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { TrainingArguments } from '../../index.ts';
import { folder, make } from '../regression.ts';
import { args, sameRuns } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';

export const trainingArguments: readonly Behaviour[] = [
  {
    what: 'the output folder is `trainer_output` by default',
    is: 'same',
    check: () => expect(new TrainingArguments().outputDir).toBe('trainer_output'),
  },
  {
    what: '`~` in the output folder is the home folder',
    is: 'same',
    check: () => expect(new TrainingArguments('~/x').outputDir).toBe(`${homedir()}/x`),
  },
  {
    what: 'no folder is made when nothing is saved',
    is: 'same',
    async check() {
      const { trainer } = await make({ maxSteps: 1 });
      await trainer.train();
      expect(readdirSync(folder())).toEqual([]);
    },
  },
  {
    what: 'an unknown strategy, schedule or optimizer is refused at construction',
    is: 'same',
    check() {
      for (const name of ['evalStrategy', 'saveStrategy', 'loggingStrategy', 'lrSchedulerType', 'optim'])
        expect(args({ [name]: 'sometimes' }), name).toThrow(name);
    },
  },
  {
    what: '`evalSteps` is `loggingSteps` where it is left out',
    is: 'same',
    check: () => sameRuns('eval by logs'),
  },
  {
    what: "`evalStrategy: 'steps'` without any number of steps is refused",
    is: 'same',
    check: () => expect(args({ evalStrategy: 'steps', loggingStrategy: 'no', loggingSteps: 0 })).toThrow('evalSteps'),
  },
  {
    what: '`loggingSteps` of 0 and 10.5 is refused, 0.5 is a part',
    is: 'same',
    check() {
      expect(args({ loggingSteps: 0 })).toThrow('above 0');
      expect(args({ loggingSteps: 10.5 })).toThrow('whole number');
      args({ loggingSteps: 0.5 })();
    },
  },
  {
    what: '`bf16`',
    is: 'refused',
    how: 'WebGPU shaders have no bfloat16; `fp16` works on every adapter',
    check: () => expect(args({ bf16: true })).toThrow('fp16'),
  },
  {
    what: '`warmupSteps` below 0 is refused, 0.25 is a part',
    is: 'same',
    check() {
      expect(args({ warmupSteps: -1 })).toThrow('warmupSteps');
      return sameRuns('warmup part');
    },
  },
  {
    what: 'old names, `evaluationStrategy`, `warmupRatio`, `noCuda`, `tokenizer`',
    is: 'better',
    how: 'the error says the new name',
    check() {
      expect(args({ evaluationStrategy: 'epoch' })).toThrow('now called evalStrategy');
      expect(args({ warmupRatio: 0.1 })).toThrow('now called warmupSteps');
      expect(args({ tokenizer: {} })).toThrow('processingClass');
    },
  },
  {
    what: 'a name that does not exist is refused',
    is: 'better',
    how: 'with the nearest one; snake_case is told as camelCase',
    check() {
      expect(args({ learningRat: 1 })).toThrow('did you mean learningRate?');
      expect(args({ learning_rate: 1 })).toThrow('camelCase: learningRate');
    },
  },
  {
    what: 'training changes no argument',
    is: 'same',
    async check() {
      const { trainer } = await make({ maxSteps: 1 });
      const before = JSON.stringify(trainer.args);
      await trainer.train();
      expect(JSON.stringify(trainer.args)).toBe(before);
    },
  },
  {
    what: '`setTraining` and the other methods that change arguments',
    is: 'refused',
    how: 'arguments do not change once they are made',
    check: () =>
      expect(() => (args({})() as unknown as { setTraining(): void }).setTraining()).toThrow('new TrainingArguments'),
  },
  {
    what: 'an argument that is assigned, `args.learningRate = 1`',
    is: 'refused',
    how: 'arguments do not change once they are made: what a Trainer made of them would not follow',
    check: () => expect(() => Object.assign(args({})(), { learningRate: 1 })).toThrow('new TrainingArguments'),
  },
  {
    what: 'arguments as JSON under their Python names',
    is: 'same',
    check: () => expect(args({ adamBeta1: 0.8 })().toJSON()).toMatchObject({ adam_beta1: 0.8, max_steps: -1 }),
  },
];
