import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Dataset } from '@attune/data';
import { files } from '#platform';
import { describe, expect, it, vi } from 'vitest';
import { SaveError, Trainer, TrainingArguments } from '../index.ts';
import { folder, make, RegressionModel, rows, value } from '../testing/regression.ts';
import { keepLast } from './retention.ts';

describe('checkpoints', () => {
  it('writes whole folders at the steps asked for, and keeps the newest', async () => {
    const { trainer } = await make({ saveStrategy: 'steps', saveSteps: 5, saveTotalLimit: 2 });
    await trainer.train();
    expect(readdirSync(folder()).sort()).toEqual(['checkpoint-20', 'checkpoint-24']);
    expect(readdirSync(join(folder(), 'checkpoint-24')).sort()).toEqual([
      'checksums.json',
      'model.safetensors',
      'optimizer.safetensors',
      'rng.json',
      'scheduler.json',
      'trainer_state.json',
      'training_args.json',
      'training_progress.json',
    ]);
    const state = JSON.parse(readFileSync(join(folder(), 'checkpoint-20', 'trainer_state.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(state).toMatchObject({ global_step: 20, max_steps: 24, epoch: 2.5, train_batch_size: 8 });
    expect(Object.keys(state)).toEqual(Object.keys(state).sort());
  });

  it('says which step a run reached when an older one cannot be removed', async () => {
    const { trainer } = await make({ maxSteps: 3, saveStrategy: 'steps', saveSteps: 1, saveTotalLimit: 1 });
    const remove = files.removeFolder;
    vi.spyOn(files, 'removeFolder').mockImplementation(async (path) => {
      if (path.endsWith('checkpoint-1')) throw Object.assign(new Error('not permitted'), { code: 'EACCES' });
      await remove(path);
    });
    const error: unknown = await trainer.train().catch((caught: unknown) => caught);
    vi.restoreAllMocks();
    expect(error).toBeInstanceOf(SaveError);
    expect((error as Error).message).toMatch(/could not write to .*Step 2 of 3 .*last checkpoint is .*checkpoint-2/);
  });

  it('says before the first step that the output folder cannot be written', async () => {
    writeFileSync(join(folder(), 'file'), '');
    const model = await RegressionModel.create();
    const args = new TrainingArguments(join(folder(), 'file', 'out'), { disableTqdm: true });
    const trainer = new Trainer({ model, args, trainDataset: Dataset.fromRows(rows) });
    await expect(trainer.train()).rejects.toThrow(SaveError);
    await expect(trainer.train()).rejects.toThrow(
      /could not write to \S+out: part of the path is a file, not a folder\./,
    );
    expect(await value(model.a)).toBe(0);
  });

  it('keeps what this run has written, whatever higher numbers an earlier run left', async () => {
    mkdirSync(join(folder(), 'checkpoint-900'));
    utimesSync(join(folder(), 'checkpoint-900'), 1000, 1000);
    const { trainer } = await make({ maxSteps: 3, saveStrategy: 'steps', saveSteps: 1, saveTotalLimit: 2 });
    await trainer.train();
    expect(readdirSync(folder()).sort()).toEqual(['checkpoint-2', 'checkpoint-3']);
  });

  it('removes what a killed run left unfinished, and puts back what was only renamed aside', async () => {
    mkdirSync(join(folder(), 'checkpoint-5.unfinished'));
    mkdirSync(join(folder(), 'checkpoint-7'));
    mkdirSync(join(folder(), 'checkpoint-7.123.old'));
    mkdirSync(join(folder(), 'checkpoint-9.123.old'));
    const { trainer } = await make();
    await trainer.checkOutputFolder();
    expect(readdirSync(folder()).sort()).toEqual(['checkpoint-7', 'checkpoint-9']);
  });

  it('writes a model next to a folder that cannot be written, and says where', async () => {
    const { trainer } = await make();
    const blocked = join(folder(), 'model');
    writeFileSync(blocked, '');
    const error = await trainer.saveModel(blocked).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SaveError);
    const instead = /The model was written to (\S+) instead/.exec((error as Error).message)?.[1];
    expect(readdirSync(instead ?? '')).toEqual(['model.safetensors', 'training_args.json']);
    expect(instead?.startsWith(blocked)).toBe(true);
  });

  it('says at the end of a run that fails which step it reached and what was saved', async () => {
    const { trainer } = await make({ saveStrategy: 'steps', saveSteps: 2, maxSteps: 8 });
    trainer.addCallback({
      onStepEnd(_args, state) {
        if (state.globalStep !== 3) return;
        rmSync(folder(), { recursive: true });
        writeFileSync(folder(), '');
      },
    });
    const { message } = await trainer.train().then(
      () => new Error('trained'),
      (error: Error) => error,
    );
    expect(message).toMatch(
      /part of the path is a file.*Step 4 of 8 was reached; the last checkpoint is .*checkpoint-2\./,
    );
    const instead = /The model was written to (\S+) instead/.exec(message)?.[1] ?? '';
    expect(readdirSync(instead)).toEqual(['model.safetensors', 'training_args.json']);
    rmSync(instead, { recursive: true });
  });
});

it('metrics are written for each split and all together', async () => {
  const { trainer } = await make();
  await trainer.saveMetrics('train', { train_loss: 0.5 });
  await trainer.saveMetrics('eval', { eval_loss: 0.25 });
  await trainer.saveMetrics('test', { test_loss: 1 }, false);
  const read = (name: string) => JSON.parse(readFileSync(join(folder(), `${name}_results.json`), 'utf8')) as object;
  expect(read('train')).toEqual({ train_loss: 0.5 });
  expect(read('test')).toEqual({ test_loss: 1 });
  expect(read('all')).toEqual({ train_loss: 0.5, eval_loss: 0.25 });
  await expect(trainer.saveMetrics('eval', null as never)).rejects.toThrow(/saveMetrics: metrics must be/);
  expect(() => trainer.logMetrics('', {})).toThrow(/logMetrics: split must be/);
  const said: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((line: string) => void said.push(line));
  trainer.logMetrics('eval', { eval_loss: 0.25, epoch: 3 });
  vi.restoreAllMocks();
  expect(said).toEqual(['***** eval metrics *****', '  eval_loss  0.25', '  epoch         3']);
});

describe('keepLast', () => {
  it('lets the oldest go, by time', () => {
    const checkpoints = [
      { name: 'checkpoint-900', writtenAt: 1 },
      { name: 'checkpoint-20', writtenAt: 3 },
      { name: 'checkpoint-10', writtenAt: 3 },
    ];
    expect(keepLast(2)(checkpoints)).toEqual(['checkpoint-900']);
    expect(keepLast(1)(checkpoints)).toEqual(['checkpoint-900', 'checkpoint-10']);
    expect(keepLast(5)(checkpoints)).toEqual([]);
    expect(keepLast(1, 'checkpoint-900')(checkpoints)).toEqual(['checkpoint-10']);
  });
});
