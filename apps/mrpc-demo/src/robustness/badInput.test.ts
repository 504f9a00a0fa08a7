import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AutoModelForSequenceClassification, AutoTokenizer } from '@attune/bert';
import { Dataset, loadDataset } from '@attune/data';
import { NoAdapterError, openDevice } from '@attune/kernels';
import type { OpenDeviceOptions } from '@attune/kernels';
import { readSafetensors, writeSafetensors } from '@attune/tensor';
import { NonFiniteLossError, Trainer, TrainingArguments } from '@attune/trainer';
import type { TrainingArgumentsOptions } from '@attune/trainer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ownMini = fileURLToPath(new URL('../../../../packages/bert/golden/own-mini', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-bad-input-'));
  cpSync(ownMini, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const load = (options: object = {}) =>
  AutoModelForSequenceClassification.fromPretrained(folder, { numLabels: 2, silent: true, ...options });
const weights = () => join(folder, 'model.safetensors');

function changeWeights(change: (tensors: Map<string, { shape: readonly number[]; data: Float32Array }>) => void): void {
  const { tensors, metadata } = readSafetensors(readFileSync(weights()));
  const entries = new Map(
    [...tensors].map(([name, { shape, data }]) => [name, { shape, data: new Float32Array(data.slice().buffer) }]),
  );
  change(entries);
  writeFileSync(weights(), writeSafetensors(entries, metadata));
}

describe('a checkpoint that is broken says what is wrong', () => {
  it('cut short', async () => {
    writeFileSync(weights(), readFileSync(weights()).subarray(0, 5000));
    await expect(load()).rejects.toThrow(
      'model.safetensors: tensor bert.embeddings.LayerNorm.weight ends at byte 256 of the data, of which there are 152. The file is damaged or incomplete',
    );
  });

  it('with a header that lies', async () => {
    const bytes = readFileSync(weights());
    bytes.writeBigUInt64LE(2n ** 50n, 0);
    writeFileSync(weights(), bytes);
    await expect(load()).rejects.toThrow(/claims a header of \d+ bytes/);
  });

  it('without a tensor', async () => {
    changeWeights((tensors) => tensors.delete('bert.encoder.layer.1.output.dense.weight'));
    await expect(load()).rejects.toThrow(/bert\.encoder\.layer\.1\.output\.dense\.weight/);
  });

  it('with a tensor of another shape', async () => {
    changeWeights((tensors) => tensors.set('bert.pooler.dense.bias', { shape: [3], data: new Float32Array(3) }));
    await expect(load()).rejects.toThrow('bert.pooler.dense.bias: checkpoint [3], model [32]');
  });

  it('of an unknown model type', async () => {
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object;
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, model_type: 'gpt2' }));
    await expect(load()).rejects.toThrow(/gpt2/);
  });
});

interface Row {
  readonly text: string;
  readonly label?: number | string;
}

const rows = Array.from({ length: 12 }, (_, index): Row => ({
  text: ['A fox crossed the lake.', 'No?', 'Rain is expected.'][index % 3] ?? '',
  label: index % 2,
}));

async function trainOn(
  data: readonly Row[],
  options: Partial<TrainingArgumentsOptions> = {},
  encoding: object = { truncation: true },
) {
  const tokenizer = await AutoTokenizer.fromPretrained(folder, { warn: () => {} });
  const trainDataset = await Dataset.fromRows(data).map((batch) => tokenizer(batch.text, encoding), {
    batched: true,
  });
  const model = await load();
  const args = new TrainingArguments(join(folder, 'out'), {
    maxSteps: 3,
    saveStrategy: 'no',
    disableTqdm: true,
    ...options,
  });
  const trainer = new Trainer({ model, args, trainDataset, processingClass: tokenizer });
  return { model, trainer, done: trainer.train() };
}

describe('data that does not fit says what is wrong', () => {
  it('a label outside the classes', async () => {
    const { done } = await trainOn(rows.map((row, index) => ({ ...row, label: index === 5 ? 2 : 0 })));
    await expect(done).rejects.toThrow('labels[2] is 2, but the model has classes 0 to 1 (numLabels is 2)');
  });

  it('labels that are words', async () => {
    const { done } = await trainOn(rows.map((row) => ({ ...row, label: 'yes' })));
    await expect(done).rejects.toThrow(
      `label' cannot be part of a batch: row 0 is "yes", which is not a number. Tokenize the text and remove the column, or encode it as classes with classEncodeColumn`,
    );
  });

  it('no labels', async () => {
    const { done } = await trainOn(rows.map(({ text }) => ({ text })));
    await expect(done).rejects.toThrow(/did not return a loss/);
  });

  it('no rows', async () => {
    const tokenizer = await AutoTokenizer.fromPretrained(folder);
    const trainer = new Trainer({
      model: await load(),
      args: new TrainingArguments('unused', { saveStrategy: 'no' }),
      trainDataset: Dataset.fromRows([{ input_ids: [1], label: 1 }]).select([]),
      processingClass: tokenizer,
    });
    await expect(trainer.train()).rejects.toThrow(/the train dataset has no rows/);
  });

  it('a text longer than the position table', async () => {
    const { done } = await trainOn([{ text: 'fox '.repeat(200), label: 1 }], {}, { truncation: false });
    await expect(done).rejects.toThrow(/96/);
  });

  it('a column that does not exist', async () => {
    await expect(
      Promise.resolve().then(() => Dataset.fromRows([{ text: 'a', label: 1 }]).removeColumns(['txt' as 'text'])),
    ).rejects.toThrow(/txt/);
  });
});

describe('what goes wrong on the way keeps what was good', () => {
  it('a loss that is not finite names its step, and the weights stay good', async () => {
    const { model, trainer, done } = await trainOn(rows, {
      maxSteps: 20,
      learningRate: 1e30,
      maxGradNorm: 0,
      perDeviceTrainBatchSize: 4,
    });
    const failure: unknown = await done.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NonFiniteLossError);
    expect((failure as NonFiniteLossError).message).toMatch(
      new RegExp(`at step ${(failure as NonFiniteLossError).step}`),
    );
    for (const [name, { data }] of await model.stateDict()) expect(data.every(Number.isFinite), name).toBe(true);
    expect(trainer.state.globalStep).toBeGreaterThan(0);
  });

  it('an output folder that cannot be written is an error before the first step', async () => {
    writeFileSync(join(folder, 'file'), '');
    const tokenizer = await AutoTokenizer.fromPretrained(folder);
    const model = await load();
    const trainDataset = Dataset.fromRows([{ input_ids: [2, 3], attention_mask: [1, 1], label: 1 }]);
    const trainer = new Trainer({
      model,
      args: new TrainingArguments(join(folder, 'file/out'), { disableTqdm: true }),
      trainDataset,
      processingClass: tokenizer,
    });
    await expect(trainer.train()).rejects.toThrow(
      /could not write to \S+file\/out: part of the path is a file, not a folder\./,
    );
    expect(trainer.state.globalStep).toBe(0);
  });
});

describe('a machine that lacks something says what', () => {
  it('no adapter', async () => {
    const webgpu = { requestAdapter: () => Promise.resolve(null) } as unknown as NonNullable<
      OpenDeviceOptions['webgpu']
    >;
    await expect(openDevice({ webgpu })).rejects.toThrow(NoAdapterError);
    await expect(openDevice({ webgpu })).rejects.toThrow(
      /No WebGPU adapter answered\. On Linux a Vulkan driver is needed/,
    );
  });

  it('no network', async () => {
    const before = { endpoint: process.env['HF_ENDPOINT'], cache: process.env['HF_HUB_CACHE'] };
    // Nothing listens on port 9 of this machine.
    Object.assign(process.env, { HF_ENDPOINT: 'http://127.0.0.1:9', HF_HUB_CACHE: join(folder, 'cache') });
    try {
      await expect(loadDataset('glue', 'mrpc')).rejects.toThrow(/folder/);
      await expect(AutoTokenizer.fromPretrained('bert-base-uncased')).rejects.toThrow(/folder/);
    } finally {
      for (const [name, value] of [
        ['HF_ENDPOINT', before.endpoint],
        ['HF_HUB_CACHE', before.cache],
      ] as const) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
  });
});
