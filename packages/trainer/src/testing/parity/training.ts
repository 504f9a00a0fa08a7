import { homedir } from 'node:os';
import { readdirSync } from 'node:fs';
import { expect } from 'vitest';
import { TrainingArguments } from '../../index.ts';
import { folder, make, SteepModel, value } from '../regression.ts';
import type { RegressionModel } from '../regression.ts';
import { args, evalDataset, sameRuns, trainDataset } from './behaviour.ts';
import type { Behaviours } from './behaviour.ts';

const weightsOf = async ({ a, b }: RegressionModel) => [await value(a), await value(b)];

export const training: Behaviours = {
  Arguments: [
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
      what: 'arguments as JSON under their Python names',
      is: 'same',
      check: () => expect(args({ adamBeta1: 0.8 })().toJSON()).toMatchObject({ adam_beta1: 0.8, max_steps: -1 }),
    },
  ],
  'Steps, epochs, schedule, optimizer': [
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
      what: '`train()` twice goes on with the weights',
      is: 'same',
      async check() {
        const { trainer, model } = await make({ maxSteps: 2, lrSchedulerType: 'constant' });
        await trainer.train();
        const before = await value(model.a);
        await trainer.train();
        expect(Math.abs(await value(model.a))).toBeGreaterThan(Math.abs(before));
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
  ],
  'Logging and state': [
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
  ],
};
