import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '@attune/data';
import type { Batch } from '@attune/data';
import { beforeEach, describe, expect, it } from 'vitest';
import { CheckpointError, getLastCheckpoint, Trainer } from '../index.ts';
import type { CallbackState, TrainerCallback, TrainerOptions, TrainingArgumentsOptions } from '../index.ts';
import { captureTerminal } from '../testing/captureTerminal.ts';
import { folder, make, RegressionModel, rows, SteepModel, value } from '../testing/regression.ts';

const said = captureTerminal();

const checkpoint = (step: number) => join(folder(), `checkpoint-${step}`);

type Options = Partial<TrainingArgumentsOptions>;

/** Saves each step: 8 an epoch, 24 in all. */
const saving: Options = { saveStrategy: 'steps', saveSteps: 1, loggingSteps: 3 };

async function train(options: Options = {}, more: Partial<TrainerOptions> = {}, resume: string | boolean = false) {
  const { trainer } = await make({ ...saving, ...options }, more);
  const model = trainer.model as RegressionModel;
  const { trainingLoss, metrics } = await trainer.train({ resumeFromCheckpoint: resume });
  const log = trainer.state.logHistory.map(
    ({ train_runtime: _runtime, train_samples_per_second: _samples, train_steps_per_second: _steps, ...entry }) =>
      entry,
  );
  return { trainer, metrics, result: { trainingLoss, log, a: await value(model.a), b: await value(model.b) } };
}

describe('a resumed run', () => {
  it('keeps its place in the schedule and its loss scale through updates that were skipped', async () => {
    const options = { fp16: true, loggingSteps: 1 };
    const steep = async () => {
      const { a, b } = await RegressionModel.create();
      return { model: new SteepModel(a, b) };
    };
    const { result } = await train(options, await steep());
    expect(result.log.slice(0, 3).some((entry) => !Number.isFinite(entry.grad_norm))).toBe(true);
    for (const step of [1, 2, 9])
      expect((await train({ ...options, saveStrategy: 'no' }, await steep(), checkpoint(step))).result).toEqual(result);
  });

  it('gives batches of any kind from where they were', async () => {
    class Batches extends Trainer {
      override getTrainDataloader(): Batch[] {
        return Array.from({ length: 5 }, (_, index) => ({
          input_x: { data: Float32Array.of(index, 1), shape: [2] },
          labels: { data: Float32Array.of(index - 1, 2), shape: [2] },
        }));
      }
    }
    const whole = await make({ ...saving }, {}, Batches);
    await whole.trainer.train();
    const resumed = await make({ ...saving, saveStrategy: 'no' }, {}, Batches);
    await resumed.trainer.train({ resumeFromCheckpoint: checkpoint(7) });
    expect(await resumed.model.stateDict()).toEqual(await whole.model.stateDict());
  });

  it('logs and evaluates at the end of an epoch whose last step was saved before', async () => {
    const options: Options = { loggingStrategy: 'epoch', evalStrategy: 'epoch' };
    const evalDataset = Dataset.fromRows(rows.slice(0, 5));
    const names = ({ result }: Awaited<ReturnType<typeof train>>) =>
      result.log.map((entry) => `${entry.step} ${Object.keys(entry)[0]}`);
    const whole = await train(options, { evalDataset });
    const resumed = await train({ ...options, saveStrategy: 'no' }, { evalDataset }, checkpoint(8));
    expect(names(resumed)).toEqual(names(whole));
    expect(names(resumed)).toHaveLength(7);
  });

  it('has nothing to do if it is finished, and says so', async () => {
    const { result } = await train({ maxSteps: 5 });
    const again = await train({ maxSteps: 5 }, {}, true);
    expect(again.result).toEqual(result);
    expect(said.join('\n')).toMatch(/has reached its last step, 5 of 5: there is nothing left to do/);
    expect(again.metrics.train_samples_per_second).toBe(0);
  });

  it('gives callbacks their state back', async () => {
    class Counter implements TrainerCallback {
      steps = 0;
      onStepEnd = () => void (this.steps += 1);
      state = (): CallbackState => ({ args: {}, attributes: { steps: this.steps } });
      loadState = ({ attributes }: CallbackState) => void (this.steps = Number(attributes['steps']));
    }
    await train({ maxSteps: 6 }, { callbacks: [Counter, new Counter()] });
    const counters = [new Counter(), new Counter()];
    await train({ maxSteps: 6 }, { callbacks: counters }, checkpoint(4));
    expect(counters.map(({ steps }) => steps)).toEqual([6, 6]);
    await train({ maxSteps: 6 }, {}, checkpoint(4));
    expect(said.join('\n')).toMatch(/the state of a callback Counter; this Trainer has none/);
    const json = JSON.parse(readFileSync(join(checkpoint(4), 'trainer_state.json'), 'utf8')) as Record<string, never>;
    expect(json['stateful_callbacks']).toMatchObject({
      Counter: [{ attributes: { steps: 4 } }, { attributes: { steps: 4 } }],
      TrainerControl: { args: { should_training_stop: false }, attributes: {} },
    });
  });

  it('takes the path from the arguments too', async () => {
    const { result } = await train();
    const model = await RegressionModel.create();
    const { trainer } = await make({ ...saving, resumeFromCheckpoint: checkpoint(3) }, { model });
    await trainer.train();
    expect(await value(model.a)).toBe(result.a);
    expect(said.join('\n')).toMatch(/Resuming from .*checkpoint-3: step 3, epoch 0.375/);
  });

  it('ends where a callback had ended it', async () => {
    const stop: TrainerCallback = {
      onStepEnd: (_a, state, control) => void (control.shouldTrainingStop = state.globalStep === 4),
    };
    await train({}, { callbacks: [stop] });
    expect((await train({}, {}, true)).trainer.state.globalStep).toBe(4);
    expect(said.join('\n')).toMatch(/A callback had ended that run at step 4/);
    expect((await train({}, {}, checkpoint(3))).trainer.state.globalStep).toBe(24);
  });
});

describe('a run resumed with other arguments', () => {
  beforeEach(() => train({ maxSteps: 11, saveTotalLimit: 1 }));

  it('continues after the same rows in batches of another size, and says so', async () => {
    const { trainer } = await train({ perDeviceTrainBatchSize: 16 }, {}, true);
    expect(said.join('\n')).toMatch(/per_device_train_batch_size is 16; it was 8/);
    expect(said.join('\n')).toMatch(/in epoch 2 after row 16, so that 8 rows repeat/);
    // Step 11 of the old, three of four batches left in the second epoch, four in the third.
    expect(trainer.state).toMatchObject({ globalStep: 18, maxSteps: 18, epoch: 3 });
  });

  it('continues with another accumulation', async () => {
    const { trainer } = await train({ gradientAccumulationSteps: 2 }, {}, true);
    expect(trainer.state).toMatchObject({ globalStep: 18, maxSteps: 18, epoch: 3 });
  });

  it('refuses what would make another run of it', async () => {
    const refused = async (options: Options, more: Partial<TrainerOptions>, message: RegExp) => {
      await expect(train(options, more, true)).rejects.toThrow(CheckpointError);
      await expect(train(options, more, true)).rejects.toThrow(message);
    };
    await refused({ seed: 7 }, {}, /checkpoint-11 belongs to another run: seed is 7; it was 42/);
    await refused({ trainSamplingStrategy: 'sequential' }, {}, /train_sampling_strategy is sequential; it was random/);
    await refused({}, { trainDataset: Dataset.fromRows(rows.slice(1)) }, /length of trainDataset is 63; it was 64/);
    const { a, b } = await RegressionModel.create();
    class Other extends RegressionModel {}
    await refused({}, { model: new Other(a, b) }, /the model is Other; it was RegressionModel/);
    await refused(
      {},
      { model: new RegressionModel(b, a) },
      /belongs to another model: the weight a has the shape \[1, 1\]/,
    );
  });
});

describe('a checkpoint that is damaged', () => {
  beforeEach(() => train({ maxSteps: 3 }));

  const damage = (step: number, name: string) => {
    const path = join(checkpoint(step), name);
    const bytes = readFileSync(path);
    bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1;
    writeFileSync(path, bytes);
  };

  it('is skipped for the newest complete one', async () => {
    damage(3, 'model.safetensors');
    rmSync(join(checkpoint(2), 'optimizer.safetensors'));
    mkdirSync(join(folder(), 'checkpoint-9.unfinished'));
    await train({ maxSteps: 3 }, {}, true);
    expect(said.join('\n')).toMatch(/checkpoint-3 is damaged: model.safetensors has changed since it was written/);
    expect(said.join('\n')).toMatch(/checkpoint-2 is damaged: optimizer.safetensors is missing/);
    expect(said.join('\n')).toMatch(/Removed .* left unfinished by a run that was stopped: checkpoint-9.unfinished/);
    expect(said.join('\n')).toMatch(/Resuming from .*checkpoint-1: step 1/);
    expect(readdirSync(folder()).sort()).toEqual(['checkpoint-1', 'checkpoint-2', 'checkpoint-3']);
  });

  it('is an error where it was asked for by its path, or there is no other', async () => {
    for (const step of [1, 2, 3]) damage(step, 'trainer_state.json');
    await expect(train({}, {}, checkpoint(3))).rejects.toThrow(/checkpoint-3 is damaged: trainer_state.json/);
    await expect(train({}, {}, true)).rejects.toThrow(
      /no checkpoint can be resumed from: (\S+checkpoint-[321] is damaged: trainer_state\.json has changed since it was written(; )?){3}$/,
    );
    await expect(train({}, {}, `${folder()}/none`)).rejects.toThrow(/none is not a checkpoint/);
    rmSync(join(checkpoint(1), 'checksums.json'));
    await expect(train({}, {}, checkpoint(1))).rejects.toThrow(/has no checksums.json/);
  });

  it('is found by the time it was saved, even if the folder was copied', async () => {
    cpSync(checkpoint(3), join(folder(), 'checkpoint-900'), { recursive: true });
    utimesSync(checkpoint(1), Date.now() / 1000 + 60, Date.now() / 1000 + 60);
    await train({ maxSteps: 3 }, {}, true);
    expect(said.join('\n')).toMatch(/Resuming from .*checkpoint-900: step 3/);
  });

  it('cannot be resumed from if it holds only the model', async () => {
    await train({ maxSteps: 4, saveOnlyModel: true, saveSteps: 4 });
    await expect(train({}, {}, checkpoint(4))).rejects.toThrow(/saveOnlyModel writes such checkpoints/);
  });

  it("is refused if Python's Trainer wrote it", async () => {
    mkdirSync(checkpoint(50));
    for (const name of ['training_args.bin', 'optimizer.pt']) writeFileSync(join(checkpoint(50), name), '');
    await expect(train({}, {}, checkpoint(50))).rejects.toThrow(
      "was written by Python's Trainer, whose optimizer and arguments are pickles: a run cannot be resumed from it here. fromPretrained loads",
    );
  });

  it('is not a file that has the name of one', async () => {
    await train({ maxSteps: 2, saveSteps: 2 });
    writeFileSync(`${folder()}/checkpoint-9`, '');
    expect((await train({ maxSteps: 3 }, {}, true)).trainer.state.globalStep).toBe(3);
    for (const file of [checkpoint(9), `${checkpoint(2)}/model.safetensors`])
      await expect(train({}, {}, file)).rejects.toThrow(/is not a checkpoint: there is no such folder/);
  });

  it('is found in the home folder by ~, as the output folder is', async () => {
    await expect(train({}, {}, '~/no such checkpoint')).rejects.toThrow(`${homedir()}/no such checkpoint is no`);
  });

  it('is found for a program that does not know whether there is one', async () => {
    rmSync(folder(), { recursive: true });
    expect(await getLastCheckpoint(folder())).toBeNull();
    await train({ maxSteps: 4, saveSteps: 2 });
    expect(await getLastCheckpoint(folder())).toBe(checkpoint(4));
    writeFileSync(`${checkpoint(4)}/model.safetensors`, '');
    expect(await getLastCheckpoint(folder())).toBe(checkpoint(2));
    rmSync(checkpoint(2), { recursive: true });
    await expect(getLastCheckpoint(folder())).rejects.toThrow(
      /no checkpoint can be resumed from: \S+checkpoint-4 is damaged: model\.safetensors has changed since/,
    );
    await expect(getLastCheckpoint(undefined as never)).rejects.toThrow(/folder must be a non-empty string/);
  });

  it('is an error where there is none', async () => {
    rmSync(folder(), { recursive: true });
    await expect(train({}, {}, true)).rejects.toThrow(
      /there is no checkpoint in \S+ to resume from: leave resumeFromCheckpoint out/,
    );
  });
});
