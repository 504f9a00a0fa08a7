import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Dataset } from '@attune/data';
import { AdamW, getScheduler, Lion, Mt19937, ReduceLROnPlateau, SGD } from '@attune/tensor';
import { describe, expect, it } from 'vitest';
import golden from '../../golden/optimizers.json' with { type: 'json' };
import { groupedByLength } from '../data/lengthGroups.ts';
import { Trainer, TrainerError, TrainingArguments } from '../index.ts';
import type { TrainerOptions, TrainingArgumentsOptions } from '../index.ts';
import { captureTerminal } from '../testing/captureTerminal.ts';
import { cases, endsAsRecorded, evalDataset, plateau, ratesOf } from '../testing/optimizerCases.ts';
import { folder, make, RegressionModel, rows, SteepModel, value } from '../testing/regression.ts';

const said = captureTerminal();

type Options = Partial<TrainingArgumentsOptions>;

describe('a run with another optimizer or schedule', () => {
  it.each(cases)('ends where transformers ends: %s', (name) => endsAsRecorded(name));

  it.each(cases)(
    'continues from a checkpoint with the same bits: %s',
    async (_name, options, more = {}, Class = Trainer) => {
      const run = async (resume: string | false, saveStrategy: 'steps' | 'no') => {
        const { model, trainer } = await make({ ...options, saveStrategy, saveSteps: 5, loggingSteps: 1 }, more, Class);
        await trainer.train({ resumeFromCheckpoint: resume });
        return [await value(model.a), await value(model.b), ratesOf(trainer)];
      };
      const whole = await run(false, 'steps');
      expect(await run(join(folder(), 'checkpoint-5'), 'no')).toEqual(whole);
      expect(await run(join(folder(), 'checkpoint-15'), 'no')).toEqual(whole);
    },
  );

  it.each([
    ['constant', "Use 'constant_with_warmup'", 2],
    ['constant', "Use 'constant_with_warmup'", 0.5],
    ['reduce_lr_on_plateau', 'Leave it out', 2],
  ] as const)('ignores warmupSteps with %s as transformers does, and warns', async (name, advice, warmupSteps) => {
    const { trainer } = await make(
      { lrSchedulerType: name, warmupSteps, maxSteps: 3, loggingSteps: 1, evalStrategy: 'epoch' },
      { evalDataset },
    );
    await trainer.train();
    // What transformers 5.24 logs.
    expect(ratesOf(trainer)).toEqual([0.1, 0.1, 0.1]);
    expect(said.filter((line) => line.includes('warmup'))).toEqual([
      `lrSchedulerType '${name}' has no warmup: warmupSteps does nothing. ${advice}.`,
    ]);
  });

  it('does not warn of warmup if there is none', async () => {
    const { trainer } = await make({ lrSchedulerType: 'constant', maxSteps: 1 });
    await trainer.train();
    expect(said.filter((line) => line.includes('warmup'))).toEqual([]);
  });

  it('has nothing to train where every parameter is frozen', async () => {
    const { model, trainer } = await make({ maxSteps: 1 });
    for (const parameter of [model.a, model.b]) parameter.requiresGrad = false;
    await expect(trainer.train()).rejects.toThrow(
      new TrainerError('train: all parameters of the model are frozen; set requiresGrad of those to train to true'),
    );
  });

  it('keeps rates of groups waiting through updates that overflow', async () => {
    const run = async (resume: string | false) => {
      const { a, b } = await RegressionModel.create();
      class Halves extends Trainer {
        override createOptimizer() {
          return new AdamW([{ params: [['a', a] as const], lr: 0.05 }, { params: [['b', b] as const] }], {
            lr: 0.1,
            maxGradNorm: 1,
            fp16: true,
            lossScale: {},
          });
        }
      }
      const options: Options = { fp16: true, loggingSteps: 1, saveStrategy: resume ? 'no' : 'steps', saveSteps: 3 };
      const { trainer } = await make(options, { model: new SteepModel(a, b) }, Halves);
      await trainer.train({ resumeFromCheckpoint: resume });
      return { rates: ratesOf(trainer), a: await value(a), b: await value(b) };
    };
    const whole = await run(false);
    expect(whole.rates.slice(0, 2)).toEqual([0.05, 0.05]);
    expect(whole.rates.at(-1)).toBeGreaterThan(0.05 / 24);
    expect(await run(join(folder(), 'checkpoint-3'))).toEqual(whole);
  });

  it('writes the state of a plateau into the checkpoint', async () => {
    const { trainer } = await make({ ...plateau, saveStrategy: 'steps', saveSteps: 24 }, { evalDataset });
    await trainer.train();
    const json = (name: string) =>
      JSON.parse(readFileSync(join(folder(), 'checkpoint-24', name), 'utf8')) as Record<string, unknown>;
    expect(json('scheduler.json')).toMatchObject({ last_epoch: 12 });
    expect(json('training_progress.json')['plateau']).toMatchObject({ lastEpoch: 12 });
  });
});

describe('optimizers', () => {
  it('of ones own train as those that arguments name, and stay', async () => {
    const named = await make({ optim: 'sgd', optimArgs: { momentum: 0.9 } });
    await named.trainer.train();
    const model = await RegressionModel.create();
    using optimizer = new SGD(model.namedParameters(), { lr: 0.1, momentum: 0.9 });
    const lrScheduler = getScheduler('linear', { optimizer, numTrainingSteps: 24 });
    const { trainer } = await make({}, { model, optimizers: [optimizer, lrScheduler] });
    await trainer.train();
    expect(await value(model.a)).toBe(await value(named.model.a));
    expect(lrScheduler.lastEpoch).toBe(24);
    // It was not disposed of: a second run continues with it.
    await trainer.train();
    expect(await value(model.a)).toBe(await value(named.model.a));
  });

  it('take a function, or null, for the schedule', async () => {
    const run = async (scheduler: ((step: number) => number) | null) => {
      const model = await RegressionModel.create();
      using optimizer = new SGD(model.namedParameters(), { lr: 0.05 });
      const { trainer } = await make({ loggingSteps: 12 }, { model, optimizers: [optimizer, scheduler] });
      await trainer.train();
      return ratesOf(trainer);
    };
    expect(await run(() => 0.1)).toEqual([0.05, 0.05]);
    expect((await run(null))[0]).toBeCloseTo((0.05 * 13) / 24, 12);
    const { trainer } = await make({ loggingSteps: 24 }, { optimizers: [null, () => 0.25] });
    await trainer.train();
    expect(ratesOf(trainer)).toEqual([0.25]);
  });

  it('and models are refused where they contradict, as transformers does', async () => {
    const model = await RegressionModel.create();
    const other = await RegressionModel.create();
    using optimizer = new Lion(model.namedParameters());
    const refused = (options: Partial<TrainerOptions>, message: RegExp, args = {}) => {
      const all = { model, args: new TrainingArguments('unused', args), ...options };
      expect(() => new Trainer(all)).toThrow(TrainerError);
      expect(() => new Trainer(all)).toThrow(message);
    };
    const modelInit = () => other;
    refused({ modelInit }, /either model or modelInit, not both/);
    expect(() => new Trainer({})).toThrow(/got undefined. Or pass modelInit/);
    refused(
      { optimizers: [optimizer], optimizerClsAndKwargs: [SGD, {}] },
      /either optimizers or optimizerClsAndKwargs/,
    );
    expect(() => new Trainer({ modelInit, optimizers: [optimizer] })).toThrow(/cannot follow the models of modelInit/);
    refused({ model: other, optimizers: [optimizer] }, /a parameter that is not one of the model's/);
    refused({ optimizers: [null, new ReduceLROnPlateau(optimizer)] }, /belongs to an optimizer, which is missing/);
    refused({ optimizers: [optimizer] }, /with fp16 the optimizer needs/, { fp16: true });
    refused({ optimizers: optimizer as never }, /optimizers must be \[optimizer, scheduler\]/);
    refused({ optimizerClsAndKwargs: [SGD] as never }, /a class of optimizers and its options/);
  });
});

describe('modelInit', () => {
  it('makes a model for each run, after the seed is set', async () => {
    const models: RegressionModel[] = [];
    const modelInit = async () => {
      const model = await RegressionModel.create();
      models.push(model);
      return model;
    };
    const { trainer } = await make(
      { maxSteps: 6, evalStrategy: 'steps', evalSteps: 6 },
      { model: undefined as never, modelInit, evalDataset },
    );
    expect(() => trainer.model).toThrow(/there is no model yet/);
    const before = await trainer.evaluate();
    expect(before.eval_loss).toBeGreaterThan(1);
    await trainer.train();
    await trainer.train();
    expect(models).toHaveLength(3);
    expect(trainer.model).toBe(models[2]);
    expect(await value(models[2]!.a)).toBe(await value(models[1]!.a));
    expect(await value(models[0]!.a)).toBe(0);
    const wrong = await make({}, { model: undefined as never, modelInit: () => 5 as never });
    await expect(wrong.trainer.train()).rejects.toThrow(
      'modelInit: what it returns must be a module whose forward(batch) returns { loss, logits }; got 5',
    );
  });
});

describe('sampling by length', () => {
  it.each(golden.orders)(
    'orders as transformers does: seed $seed, batches of $batchSize',
    ({ lengths, batchSize, seed, order }) => {
      const drawn = new Mt19937(seed).randperm(lengths.length);
      expect(Array.from(groupedByLength(drawn, lengths, batchSize))).toEqual(order);
    },
  );

  const long = rows.map((row, index) => ({ ...row, length: ((index * 7) % 13) + 1 }));
  const trainDataset = Dataset.fromRows(long);
  const grouped: Options = {
    trainSamplingStrategy: 'group_by_length',
    gradientAccumulationSteps: 2,
    perDeviceTrainBatchSize: 4,
  };

  it('follows a column of lengths, differently in each epoch, and resumes with the same bits', async () => {
    const run = async (resume: string | false, options: Options = {}) => {
      const { model, trainer } = await make(
        { ...grouped, saveStrategy: resume ? 'no' : 'steps', saveSteps: 1, ...options },
        { trainDataset },
      );
      await trainer.train({ resumeFromCheckpoint: resume });
      return [await value(model.a), await value(model.b)];
    };
    const whole = await run(false);
    for (const step of [3, 8, 11, 21]) expect(await run(join(folder(), `checkpoint-${step}`))).toEqual(whole);
    await expect(run(join(folder(), 'checkpoint-3'), { perDeviceTrainBatchSize: 8 })).rejects.toThrow(
      /per_device_train_batch_size is 8; it was 4. It would change the order of the data/,
    );
    const { trainer } = await make({ ...grouped, maxSteps: 1 }, { trainDataset });
    const batches: number[][] = [];
    for await (const batch of await trainer.getTrainDataloader())
      batches.push(Array.from(batch['input_x']?.data ?? []));
    const lengthsOf = batches.flat().map((x) => long.find((row) => Math.fround(row.input_x) === x)?.length ?? 0);
    expect(lengthsOf[0]).toBe(13);
    expect(Math.max(...lengthsOf.slice(1, 8))).toBeGreaterThanOrEqual(lengthsOf[8] ?? 0);
  });

  it('is refused at once where no row says how long it is', async () => {
    await expect(make(grouped)).rejects.toThrow(
      /row 0 of the train dataset has no number in a column length, and no input_ids/,
    );
  });
});
