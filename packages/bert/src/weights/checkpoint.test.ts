import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors, type StateDict, type WritableTensor } from '@attune/tensor';
import {
  AutoModelForSequenceClassification,
  BertConfig,
  BertForSequenceClassification,
  BertModel,
  CheckpointError,
  ConfigError,
} from '../index.ts';
import { toFloat32 } from './floats.ts';
import { parseShardSize, splitIntoShards } from './shardSize.ts';

const ownMini = fileURLToPath(new URL('../../golden/own-mini', import.meta.url));

describe('checkpoints', () => {
  let scratch: string;
  let counter = 0;
  const open: { dispose(): void }[] = [];
  const quiet = { silent: true };

  /** A copy of own-mini whose weights or config were changed. */
  async function changed(
    change: (weights: Map<string, WritableTensor>) => void,
    config: Record<string, unknown> = {},
  ): Promise<string> {
    const folder = join(scratch, `changed-${counter++}`);
    await mkdir(folder);
    const weights = new Map<string, WritableTensor>();
    for (const [name, { shape, data }] of readSafetensors(await readFile(join(ownMini, 'model.safetensors'))).tensors) {
      weights.set(name, { shape, data: new Float32Array(new Uint8Array(data).buffer) });
    }
    change(weights);
    await writeFile(join(folder, 'model.safetensors'), writeSafetensors(weights));
    const file = JSON.parse(await readFile(join(ownMini, 'config.json'), 'utf8')) as Record<string, unknown>;
    await writeFile(join(folder, 'config.json'), JSON.stringify({ ...file, ...config }));
    return folder;
  }

  async function load(folder: string, options: object = quiet): Promise<BertForSequenceClassification> {
    const model = await AutoModelForSequenceClassification.fromPretrained(folder, { ...quiet, ...options });
    open.push(model);
    return model;
  }

  async function expectSame(
    model: { stateDict(): Promise<StateDict> },
    other: { stateDict(): Promise<StateDict> },
  ): Promise<void> {
    const [a, b] = [await model.stateDict(), await other.stateDict()];
    expect([...b.keys()]).toEqual([...a.keys()]);
    for (const [name, { data }] of a) expect(b.get(name)!.data, name).toEqual(data);
  }

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'attune-checkpoint-'));
  });
  afterAll(async () => {
    for (const model of open) model.dispose();
    await rm(scratch, { recursive: true });
  });

  it('loads what it saved, bit for bit, with nothing new or left over', async () => {
    const model = await load(ownMini, { numLabels: 3, id2label: ['a', 'b', 'c'] });
    await model.savePretrained(join(scratch, 'saved'));
    const again = await load(join(scratch, 'saved'));
    await expectSame(model, again);
    expect(again.config.labels).toEqual(['a', 'b', 'c']);
    expect(again.loadReport).toMatchObject({ missing: [], unexpected: [], mismatched: [], renamed: [] });
    expect(again.headSeed).toBeNull();
    expect(readSafetensors(await readFile(join(scratch, 'saved', 'model.safetensors'))).metadata).toEqual({
      format: 'pt',
    });
    expect((await readdir(join(scratch, 'saved'))).sort()).toEqual(['config.json', 'model.safetensors']);
  });

  it('splits large weights, loads them by their index, and leaves no files of an earlier save', async () => {
    const folder = join(scratch, 'sharded');
    const model = await load(ownMini);
    await model.savePretrained(folder);
    await model.savePretrained(folder, { maxShardSize: '40KB' });
    const files = (await readdir(folder)).sort();
    expect(files.filter((name) => /^model-\d{5}-of-\d{5}\.safetensors$/.test(name)).length).toBeGreaterThan(2);
    expect(files).toContain('model.safetensors.index.json');
    expect(files).not.toContain('model.safetensors');
    const index = JSON.parse(await readFile(join(folder, 'model.safetensors.index.json'), 'utf8')) as {
      metadata: object;
    };
    const count = [...model.parameters()].reduce((sum, { size }) => sum + size, 0);
    expect(index.metadata).toEqual({ total_parameters: count, total_size: 4 * count });
    await expectSame(model, await load(folder));
    await rm(
      join(
        folder,
        files.find((name) => name.startsWith('model-00002'))!,
      ),
    );
    await expect(load(folder)).rejects.toThrow(/names model-00002-of-\d+\.safetensors, which is not there/);
    await model.savePretrained(folder);
    expect((await readdir(folder)).sort()).toEqual(['config.json', 'model.safetensors']);
  });

  it('understands gamma and beta, and checkpoints without the prefix', async () => {
    const model = await load(ownMini);
    const rename = (to: (name: string) => string) => (weights: Map<string, WritableTensor>) => {
      const entries = [...weights];
      weights.clear();
      for (const [name, tensor] of entries) weights.set(to(name), tensor);
    };
    const old = await load(
      await changed(
        rename((name) =>
          name.replace(/LayerNorm\.weight$/, 'LayerNorm.gamma').replace(/LayerNorm\.bias$/, 'LayerNorm.beta'),
        ),
      ),
    );
    await expectSame(model, old);
    expect(old.loadReport!.renamed.length).toBe(10);
    await expectSame(model, await load(await changed(rename((name) => name.replace(/^bert\./, '')))));
  });

  it('draws a missing pooler before the classifier', async () => {
    const folder = await changed((weights) =>
      [...weights.keys()].filter((name) => name.includes('.pooler.')).forEach((name) => weights.delete(name)),
    );
    const model = await load(folder);
    expect(model.loadReport!.missing).toEqual([
      'bert.pooler.dense.weight',
      'bert.pooler.dense.bias',
      'classifier.weight',
      'classifier.bias',
    ]);
    const head = (await (await load(ownMini)).stateDict()).get('classifier.weight')!.data;
    // The same generator, so the pooler has the numbers that the classifier has otherwise.
    expect((await model.stateDict()).get('bert.pooler.dense.weight')!.data.subarray(0, 32)).toEqual(
      head.subarray(0, 32),
    );
  });

  it('refuses other shapes unless ignoreMismatchedSizes is set', async () => {
    const three = await load(ownMini, { numLabels: 3 });
    await three.savePretrained(join(scratch, 'three'));
    await expect(load(join(scratch, 'three'), { numLabels: 2 })).rejects.toThrow(
      'classifier.weight: checkpoint [3, 32], model [2, 32]; classifier.bias: checkpoint [3], model [2]. Match config and checkpoint, or pass { ignoreMismatchedSizes',
    );
    const two = await load(join(scratch, 'three'), { numLabels: 2, ignoreMismatchedSizes: true });
    expect(two.loadReport!.mismatched.map(({ name }) => name)).toEqual(['classifier.weight', 'classifier.bias']);
    expect(two.headSeed).toBe(42);
  });

  it('refuses a checkpoint that lacks weights of the language model', async () => {
    await expect(
      load(await changed((weights) => weights.delete('bert.encoder.layer.1.output.dense.weight'))),
    ).rejects.toThrow(/lacks weights of BertForSequenceClassification: bert.encoder.layer.1.output.dense.weight/);
    await expect(load(ownMini, { numHiddenLayers: 3 })).rejects.toThrow(/config.json asks for more layers/);
  });

  it('refuses damaged files', async () => {
    const folder = await changed(() => undefined);
    const path = join(folder, 'model.safetensors');
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length - 100));
    await expect(load(folder)).rejects.toThrow(
      /ends at byte \d+ of the data, of which there are \d+\. The file is damaged or incomplete/,
    );
    const lying = new Uint8Array(whole);
    new DataView(lying.buffer).setBigUint64(0, 2n ** 40n, true);
    await writeFile(path, lying);
    await expect(load(folder)).rejects.toThrow(/claims a header of 1099511627776 bytes/);
    await rm(path);
    await expect(load(folder)).rejects.toThrow(/neither model.safetensors nor model.safetensors.index.json/);
    await writeFile(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: { a: '../model.safetensors' } }),
    );
    await expect(load(folder)).rejects.toThrow(/must name safetensors files in the same folder/);
    await writeFile(join(folder, 'config.json'), '{ "model_type": ');
    await expect(load(folder)).rejects.toThrow(/config.json is not valid JSON/);
    await rm(join(folder, 'config.json'));
    await expect(load(folder)).rejects.toThrow(CheckpointError);
  });

  it('refuses other models and options it does not have', async () => {
    await expect(load(await changed(() => undefined, { model_type: 'distilbert' }))).rejects.toThrow(
      /model_type is 'distilbert'/,
    );
    await expect(load(await changed(() => undefined, { hidden_act: 'relu' }))).rejects.toThrow(ConfigError);
    await expect(load(ownMini, { numlabels: 2 })).rejects.toThrow(/no option numlabels; did you mean numLabels/);
    await expect(load(ownMini, { numLabels: 3, id2label: ['a', 'b'] })).rejects.toThrow(
      /numLabels is 3, but 2 class names/,
    );
  });

  it('keeps the old files when a save fails', async () => {
    const model = await load(ownMini);
    const folder = join(scratch, 'blocked');
    await writeFile(folder, 'a file stands where the folder should be');
    const save = model.savePretrained(folder);
    await expect(save).rejects.toThrow(CheckpointError);
    await expect(save).rejects.toThrow(`could not write to ${folder}: a file of that name is in the way`);
    await expect(model.savePretrained(join(scratch, 'x'), { maxShardSize: 'much' })).rejects.toThrow(
      `maxShardSize must be a number of bytes or a string such as '5GB' or '200MB'; got "much"`,
    );
    expect(await readFile(folder, 'utf8')).toMatch(/a file stands/);
  });

  it('prints the report unless silent', async () => {
    const said: unknown[] = [];
    const { warn } = console;
    console.warn = (message: unknown) => void said.push(message);
    try {
      open.push(await AutoModelForSequenceClassification.fromPretrained(ownMini));
      expect(said.join()).toMatch(/LOAD REPORT from: .*own-mini[^]*classifier.weight +\| MISSING/);
      said.length = 0;
      await load(ownMini);
      expect(said).toEqual([]);
      const json = JSON.parse(await readFile(join(ownMini, 'config.json'), 'utf8'));
      const files = new Map<string, string | Uint8Array>([
        ['config.json', JSON.stringify({ ...json, output_hidden_states: true })],
        ['model.safetensors', await readFile(join(ownMini, 'model.safetensors'))],
      ]);
      open.push(await AutoModelForSequenceClassification.fromPretrained(files));
      expect(said[0]).toMatch(/config.json: output_hidden_states is true, which is ignored/);
      await expect(load(ownMini, { outputHiddenStates: true } as object)).rejects.toThrow(
        /no option outputHiddenStates: ask for them where you want them/,
      );
    } finally {
      console.warn = warn;
    }
  });

  it('makes new models from a configuration', async () => {
    const config = new BertConfig({
      vocabSize: 20,
      hiddenSize: 8,
      numHiddenLayers: 1,
      numAttentionHeads: 2,
      intermediateSize: 12,
      maxPositionEmbeddings: 6,
    });
    const [a, b, other] = [
      await BertForSequenceClassification.fromConfig(config, { seed: 1 }),
      await BertForSequenceClassification.fromConfig(config, { seed: 1 }),
      await BertModel.fromConfig(config, { seed: 2 }),
    ];
    open.push(a, b, other);
    await expectSame(a, b);
    const state = await a.stateDict();
    expect([...state.get('bert.embeddings.word_embeddings.weight')!.data.subarray(0, 8)]).toEqual(
      Array.from({ length: 8 }, () => 0),
    );
    expect([...state.get('bert.embeddings.LayerNorm.weight')!.data]).toEqual(Array.from({ length: 8 }, () => 1));
    await a.savePretrained(join(scratch, 'new'));
    await copyFile(join(scratch, 'new', 'config.json'), join(scratch, 'config-copy.json'));
    await expectSame(a, await load(join(scratch, 'new')));
  });
});

describe('pieces', () => {
  it('widens 16-bit and narrows 64-bit floats', () => {
    const bytes = (array: Uint16Array | Float64Array) => new Uint8Array(array.buffer);
    expect([
      ...toFloat32('w', {
        dtype: 'F16',
        shape: [5],
        data: bytes(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00, 0x7bff)),
      }),
    ]).toEqual([1, -2, 2 ** -24, Infinity, 65504]);
    expect([...toFloat32('w', { dtype: 'BF16', shape: [2], data: bytes(Uint16Array.of(0x3f80, 0xc040)) })]).toEqual([
      1, -3,
    ]);
    expect([...toFloat32('w', { dtype: 'F64', shape: [1], data: bytes(Float64Array.of(0.5)) })]).toEqual([0.5]);
    expect(() => toFloat32('w', { dtype: 'I8', shape: [1], data: new Uint8Array(1) })).toThrow(
      /'w' must be F32, F16, BF16 or F64; it is I8/,
    );
  });

  it('reads shard sizes and splits in order', () => {
    expect(['50GB', '1.5 MB', '2KiB', 7].map(parseShardSize)).toEqual([50e9, 1.5e6, 2048, 7]);
    const tensors = new Map([3, 4, 9, 1].map((size, index) => [`t${index}`, { data: new Uint8Array(size) }]));
    expect(splitIntoShards(tensors, 7).map((shard) => [...shard.keys()])).toEqual([['t0', 't1'], ['t2'], ['t3']]);
  });
});
