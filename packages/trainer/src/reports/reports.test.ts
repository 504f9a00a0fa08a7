import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Dataset } from '@attune/data';
import { expect, it, vi } from 'vitest';
import golden from '../../golden/eventFile.json' with { type: 'json' };
import { JsonlCallback, TensorBoardCallback, TrainingArguments, TrainingArgumentsError } from '../index.ts';
import { folder, make, rows } from '../testing/regression.ts';
import { eventRecord } from './eventFile.ts';
import { reportCallbacks } from './reportsInPages.ts';

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** The length that each record begins with. */
function messagesOf(file: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    messages.push(file.subarray(at + 12, at + 12 + length));
    at += 16 + length;
  }
  return messages;
}

it('writes the bytes of TensorBoard’s own writer', () => {
  const wallTime = 1795900000.125;
  const records = [
    { begins: true },
    { step: 301, goesOn: true },
    { values: [{ tag: 'args', text: '{\n  "learning_rate": 5e-05\n}' }] },
    { step: 500, values: [{ tag: 'train/loss', scalar: 0.6918412 }] },
    { step: 4294967297, values: [{ tag: 'eval/loss', scalar: NaN }] },
    { step: 500, values: [{ tag: 'eval/confusion', text: '[[3,1],[0,4]] é'.repeat(12) }] },
  ].map((event) => eventRecord({ wallTime, ...event }));
  expect(Buffer.concat(records).toString('hex')).toBe(golden.hex);
});

it('writes every entry of the log under the names of transformers', async () => {
  const { trainer } = await make(
    { reportTo: 'all', maxSteps: 4, loggingSteps: 2, evalStrategy: 'epoch' },
    { evalDataset: Dataset.fromRows(rows), computeMetrics: () => ({ confusion: [[1, 2]], name: 'x' }) },
  );
  expect(trainer.args.reportTo).toEqual(['tensorboard', 'jsonl']);
  await trainer.train();
  const [run = ''] = readdirSync(join(folder(), 'runs'));
  expect(run).toMatch(/^[A-Z][a-z]{2}\d\d_\d\d-\d\d-\d\d_./);
  const names = readdirSync(join(folder(), 'runs', run)).toSorted();
  expect(names).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+$/), 'log.jsonl']);
  expect(linesOf(join(folder(), 'runs', run, 'log.jsonl'))).toEqual(
    JSON.parse(JSON.stringify(trainer.state.logHistory)),
  );
  const messages = messagesOf(readFileSync(join(folder(), 'runs', run, names[0] ?? ''))).map(String);
  const tags = messages.map((message) => /(args|train|eval)\/[a-z_]+/.exec(message)?.[0]);
  expect(tags.filter((tag) => tag === 'train/loss')).toHaveLength(2);
  for (const tag of ['args/text_summary', 'train/learning_rate', 'eval/loss', 'eval/confusion', 'train/train_runtime'])
    expect(tags).toContain(tag);
  expect(messages.find((message) => message.includes('args'))).toContain('"logging_steps": 2');
});

it('continues in the files of the resumed run', async () => {
  const options = { reportTo: 'all', loggingSteps: 1, saveSteps: 4, saveStrategy: 'steps', maxSteps: 10 } as const;
  const whole = await make({ ...options, saveStrategy: 'no' }, {}, undefined, `${folder()}/whole`);
  await whole.trainer.train();
  const broken = {
    onStepEnd: (_: unknown, { globalStep }: { globalStep: number }) => {
      if (globalStep === 7) throw new Error('the power went');
    },
  };
  const { trainer } = await make(options, { callbacks: [broken] });
  await expect(trainer.train()).rejects.toThrow('the power went');
  const [run = ''] = readdirSync(join(folder(), 'runs'));
  const log = join(folder(), 'runs', run, 'log.jsonl');
  expect(linesOf(log)).toHaveLength(6);
  // A kill in the middle of a line.
  writeFileSync(log, '{"loss": 0.', { flag: 'a' });
  const resumed = await make(options);
  await resumed.trainer.train({ resumeFromCheckpoint: true });
  expect(readdirSync(join(folder(), 'runs'))).toEqual([run]);
  const losses = (lines: object[]) => lines.filter((line) => 'loss' in line);
  expect(losses(linesOf(log))).toEqual(losses(JSON.parse(JSON.stringify(whole.trainer.state.logHistory)) as object[]));
  const files = readdirSync(join(folder(), 'runs', run)).filter((name) => name.startsWith('events'));
  expect(files).toHaveLength(2);
  const [, begin] = messagesOf(readFileSync(join(folder(), 'runs', run, files.toSorted()[1] ?? '')));
  // Step 5, a session that starts.
  expect(begin?.subarray(9).toString('hex')).toBe('10053a020801');
});

it('writes where loggingDir, the callback or the environment says, and replaces a log of another run', async () => {
  const given = join(folder(), 'given');
  const logs = { maxSteps: 1, loggingSteps: 1 } as const;
  mkdirSync(given);
  writeFileSync(join(given, 'log.jsonl'), '{}\n');
  const { trainer } = await make({ ...logs, reportTo: ['jsonl', 'none'], loggingDir: given });
  await trainer.train();
  expect(linesOf(join(given, 'log.jsonl'))).toHaveLength(2);
  const own = new JsonlCallback({ loggingDir: join(folder(), 'own') });
  await (await make(logs, { callbacks: [own] })).trainer.train();
  expect(readdirSync(join(folder(), 'own'))).toEqual(['log.jsonl']);
  vi.stubEnv('TENSORBOARD_LOGGING_DIR', join(folder(), 'environment'));
  await (await make(logs, { callbacks: [TensorBoardCallback] })).trainer.train();
  vi.unstubAllEnvs();
  expect(readdirSync(join(folder(), 'environment'))).toEqual([expect.stringMatching(/^events/)]);
});

it('says what to do for other places, and which folder cannot be written', async () => {
  const args = (reportTo: unknown) => () => new TrainingArguments('out', { reportTo } as object);
  expect(args('wandb')).toThrow(
    "reportTo must be 'none', 'all', one of 'tensorboard' and 'jsonl', or an array of these; got 'wandb', which is not supported: pass a callback that sends each entry there, { onLog",
  );
  expect(args(['jsonl', 'mlflow'])).toThrow(/got 'mlflow', which is not supported/);
  expect(args('tensorbord')).toThrow(TrainingArgumentsError);
  expect(args(null)).toThrow(/got null/);
  const file = join(folder(), 'file');
  writeFileSync(file, '');
  const { trainer } = await make({ reportTo: 'jsonl', loggingDir: join(file, 'logs'), loggingSteps: 1 });
  await expect(trainer.train()).rejects.toThrow(
    /could not write to \S+file\/logs: part of the path is a file, not a folder\./,
  );
});

it('stays out of pages, which have no folders', () => {
  expect(reportCallbacks(new TrainingArguments('out', { reportTo: 'none' }))).toEqual([]);
  const asked = new TrainingArguments('out', { reportTo: 'jsonl' });
  expect(() => reportCallbacks(asked)).toThrow(TrainingArgumentsError);
  expect(() => reportCallbacks(asked)).toThrow('a page has no folders: pass a callback');
});
