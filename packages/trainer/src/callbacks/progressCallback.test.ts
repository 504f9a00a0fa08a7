import { Dataset } from '@attune/data';
import { openDevice } from '@attune/tensor';
import { beforeEach, expect, it, vi } from 'vitest';
import { Trainer, TrainingArguments } from '../index.ts';
import type { Preparation } from '../index.ts';
import { folder, make, RegressionModel, rows } from '../testing/regression.ts';
import { captureTerminal } from '../testing/captureTerminal.ts';

interface Shown {
  readonly label: string;
  readonly updates: (readonly [done: number, details?: unknown])[];
  stopped: boolean;
}

const shown: Shown[] = vi.hoisted(() => []);
vi.mock('@attune/platform', async (original) => ({
  ...(await original<object>()),
  progressLine({ label }: { label: string }) {
    const line: Shown = { label, updates: [], stopped: false };
    shown.push(line);
    return {
      update: (done: number, details?: unknown) => line.updates.push([done, details]),
      stop: () => void (line.stopped = true),
    };
  },
}));

const said = captureTerminal();
let told: Record<string, unknown>[];
beforeEach(() => {
  shown.length = 0;
  told = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void told.push(JSON.parse(line)));
});

const evalDataset = Dataset.fromRows(rows);

it('shows one line with loss, rate, norm and speed, and the metrics below each other at the end', async () => {
  const { trainer } = await make({ disableTqdm: false, maxSteps: 6, evalStrategy: 'epoch' }, { evalDataset });
  await trainer.train();
  expect(shown.every((line) => line.stopped)).toBe(true);
  const training = shown.find(({ label }) => label === 'Training');
  expect(training?.updates.map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  const numbers = [/^loss [\d.]+$/, /^learning rate [\de.-]+$/, /^grad norm [\d.]+$/, /^[\d.e+]+ examples\/s$/];
  const short = [/^loss [\d.]+$/, /^lr [\de.-]+$/, /^grad [\d.]+$/, /^[\d.e+]+ ex\/s$/];
  expect(training?.updates.at(-1)?.[1]).toEqual(
    numbers.map((long, index) => [expect.stringMatching(long), expect.stringMatching(short[index] as RegExp)]),
  );
  const end = said.indexOf('Training has ended:');
  expect(said.slice(end + 1).map((line) => line.replace(/ [\d.]+$/, ''))).toEqual([
    expect.stringMatching(/^ {2}train_runtime {3,}$/),
    expect.stringMatching(/^ {2}train_samples_per_second +$/),
    expect.stringMatching(/^ {2}train_steps_per_second +$/),
    expect.stringMatching(/^ {2}train_loss {5,}$/),
    expect.stringMatching(/^ {2}epoch {10,}$/),
  ]);
  const widths = new Set(said.slice(end + 1).map(({ length }) => length));
  expect(widths.size).toBe(1);
});

it('shows what is prepared before the first step, as events do', async () => {
  using device = await openDevice();
  const seen: Preparation[] = [];
  const trainer = new Trainer({
    model: await RegressionModel.create(device),
    args: new TrainingArguments(folder(), { saveStrategy: 'no', maxSteps: 2 }),
    trainDataset: Dataset.fromRows(rows),
    callbacks: [
      {
        onPreparation: (_args, _state, _control, { preparation }) => void (preparation && seen.push(preparation)),
        onStepBegin: () => void seen.push({ phase: 'compiling', done: -1, total: 0, isOver: true }),
      },
    ],
  });
  await trainer.train();
  const labels = [...new Set(shown.map(({ label }) => label))];
  expect(labels).toEqual(['Checking', 'Preparing', 'Training']);
  for (const phase of ['checking', 'compiling'] as const) {
    const events = seen.filter((event) => event.phase === phase && event.done >= 0);
    const total = events[0]?.total ?? 0;
    expect(events.map(({ done }) => done)).toEqual([...Array.from({ length: total }, (_, index) => index + 1), total]);
    expect(events.map(({ isOver }) => isOver)).toEqual([...Array.from({ length: total }, () => false), true]);
  }
  expect(seen.findIndex(({ done }) => done < 0)).toBe(seen.length - 2);
});

it('an evaluation after a run that failed is not a line of its table', async () => {
  const fails = { onStepEnd: () => Promise.reject(new Error('mine')) };
  const { trainer } = await make({ disableTqdm: false, evalStrategy: 'epoch' }, { evalDataset, callbacks: [fails] });
  await expect(trainer.train()).rejects.toThrow('mine');
  said.length = 0;
  await trainer.evaluate();
  expect(said).toContain('Evaluation:');
  expect(said.join()).not.toContain('No log');
});

it('writes each event as a line of JSON for a program', async () => {
  const { trainer } = await make(
    {
      logFormat: 'json',
      disableTqdm: false,
      maxSteps: 8,
      loggingSteps: 4,
      saveStrategy: 'epoch',
      evalStrategy: 'epoch',
    },
    { evalDataset, computeMetrics: () => ({ best: NaN }) },
  );
  await trainer.train();
  const lasting = told
    .map(({ event }) => event as string)
    .filter((event) => !/preparation|progress|evaluation/.test(event));
  expect(lasting).toEqual(['train_begin', 'log', 'log', 'log', 'save', 'log', 'train_end']);
  expect(told.findLast(({ event }) => event === 'evaluation')).toEqual({ event: 'evaluation', done: 8, total: 8 });
  expect(told.find(({ event }) => event === 'train_begin')).toEqual({
    event: 'train_begin',
    step: 0,
    max_steps: 8,
    num_train_epochs: 1,
  });
  expect(told.findLast(({ event }) => event === 'progress')).toEqual({
    event: 'progress',
    step: 8,
    max_steps: 8,
    epoch: 1,
    loss: expect.any(Number) as number,
    learning_rate: expect.any(Number) as number,
    grad_norm: expect.any(Number) as number,
    examples_per_second: expect.any(Number) as number,
    seconds_left: 0,
  });
  expect(told.find((line) => 'eval_loss' in line)).toMatchObject({ event: 'log', step: 8, epoch: 1, eval_best: null });
  expect(said.filter((line) => line.includes('loss'))).toEqual([]);
});
