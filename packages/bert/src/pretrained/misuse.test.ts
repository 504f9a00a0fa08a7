import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '@attune/tensor';
import {
  AutoModel,
  AutoModelForSequenceClassification,
  BertConfig,
  BertForSequenceClassification,
  BertModel,
  PretrainedModel,
} from '../index.ts';
import { requireMemory } from './requireFit.ts';

const ownMini = fileURLToPath(new URL('../../golden/own-mini', import.meta.url));
const load = AutoModelForSequenceClassification.fromPretrained as (...given: unknown[]) => Promise<unknown>;
const small = { vocabSize: 9, hiddenSize: 8, numHiddenLayers: 1, numAttentionHeads: 2, intermediateSize: 8 };

describe('what is not meant for a model', () => {
  let scratch: string;
  let counter = 0;

  /** A folder of files with these contents. */
  async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
    const folder = join(scratch, `folder-${counter++}`);
    for (const [name, content] of Object.entries(files)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return folder;
  }

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'attune-misuse-'));
  });
  afterAll(() => rm(scratch, { recursive: true }));

  it.each([
    [
      [],
      "nameOrFolder must be a hub name such as 'bert-base-uncased', or a folder: its path, an address, files (a Map of name to bytes, a list of Files) or a directory handle; got undefined",
    ],
    [
      [42],
      "nameOrFolder must be a hub name such as 'bert-base-uncased', or a folder: its path, an address, files (a Map of name to bytes, a list of Files) or a directory handle; got 42",
    ],
    [[''], /nameOrFolder must be/],
    [[ownMini, null], /takes its options as an object/],
    [[ownMini, 'fast'], 'takes its options as an object, { device, seed, ignoreMismatchedSizes, … }; got "fast"'],
    [[ownMini, { from_tf: true }], /has no option from_tf: a TensorFlow checkpoint is converted in Python/],
    [[ownMini, { num_labels: 2 }], /has no option num_labels; did you mean numLabels\?/],
    [[ownMini, { seed: -1 }], /seed must be a whole number from 0/],
    [[ownMini, { device: 'cuda' }], 'device must be a device, as openDevice() or defaultDevice() give; got "cuda"'],
    [[ownMini, { numLabels: 'two' }], 'numLabels must be a whole number of at least 1 (1 means regression); got "two"'],
    [[ownMini, { id2label: 5 }], "id2label must be an object { 0: 'name', … } or a list of names; got 5"],
  ])('says what is wrong with fromPretrained(%j)', async (given, message) => {
    await expect(load(...given)).rejects.toThrow(message);
  });

  it('says how a model is made', async () => {
    expect(() => new AutoModel()).toThrow(/not made with new: write await AutoModel.fromPretrained/);
    expect(() => new BertModel(undefined as never, undefined as never)).toThrow(
      /new BertModel: config must be a BertConfig/,
    );
    const base = PretrainedModel as unknown as typeof BertModel;
    await expect(base.fromPretrained(ownMini)).rejects.toThrow(
      /no weights of its own. Call it on a model class: BertForSequenceClassification/,
    );
    await expect(BertModel.fromConfig({ ...small } as never)).rejects.toThrow(/config must be a BertConfig/);
  });

  it.each([
    ['{"model_type":"roberta"}', /model_type is 'roberta'; this package supports only 'bert'/],
    ['{"model_type":"t5","d_model":512}', /model_type is 't5'/],
    ['{"model_type":{"deep":1}}', /model_type is an object with deep/],
  ])('names another architecture: %s', async (config, message) => {
    await expect(load(await folderOf({ 'config.json': config }))).rejects.toThrow(message);
  });

  const config = JSON.stringify({ model_type: 'bert' });
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 440473133\n';
  it.each<[string, Record<string, string>, string]>([
    [
      'an adapter',
      { 'adapter_config.json': '{}', 'adapter_model.safetensors': '' },
      'PEFT adapter, which holds only changes to another model: merge it in Python (model.merge_and_unload',
    ],
    ['GGUF files', { 'bert.Q4_K_M.gguf': '' }, 'GGUF files for llama.cpp'],
    ['an ONNX export', { 'config.json': config, 'onnx/model.onnx': '' }, 'ONNX export'],
    ['a TensorFlow checkpoint', { 'config.json': config, 'tf_model.h5': '' }, 'TensorFlow checkpoint: convert it'],
    ['the first BERT checkpoints', { 'bert_config.json': '{}', 'bert_model.ckpt.index': '' }, 'TensorFlow checkpoint'],
    [
      'a PyTorch pickle',
      { 'config.json': config, 'pytorch_model.bin': '' },
      "pytorch_model.bin: convert it in Python with the class that config.json names in 'architectures', such as BertForSequenceClassification.from_pretrained(folder).save_pretrained",
    ],
    [
      'half a download',
      { 'config.json': config, 'model.safetensors.incomplete': '' },
      'interrupted: there is an unfinished file. Download or save',
    ],
    [
      'an output folder',
      { 'checkpoint-500/config.json': config },
      'checkpoints of a training run: load one of the folders in it, such as checkpoint-500',
    ],
    [
      'weights as a pointer',
      { 'config.json': config, 'model.safetensors': pointer },
      'Git LFS pointer, not the file itself. Run "git lfs pull',
    ],
    ['a config as a pointer', { 'config.json': pointer }, 'config.json is a Git LFS pointer'],
    ['something else', { 'readme.txt': '' }, 'It holds: readme.txt'],
  ])('names %s', async (_, files, message) => {
    await expect(load(await folderOf(files))).rejects.toThrow(message);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ num_hidden_layers: 1e8 }, 'numHiddenLayers must be at most 1024; got 100000000'],
    [{ num_hidden_layers: 500 }, 'lacks weights of BertForSequenceClassification'],
    [{ vocab_size: 1e308 }, 'vocabSize must be at most 16777216; got 1e+308'],
    [{ num_labels: 1e9, id2label: undefined }, 'numLabels must be at most 1048576; got 1000000000'],
    [{ hidden_act: 'x'.repeat(1e6) }, `hiddenAct is "${'x'.repeat(60)}…"`],
    [{ id2label: { 0: 'a', 1: { b: 1 } } }, 'the name of class 1 in id2label must be a string; got an object with b'],
    [{ id2label: { 0: null } }, 'the name of class 0 in id2label must be a string; got null'],
    [{ id2label: {} }, 'no class names'],
    [{ pad_token_id: 1e9 }, 'padTokenId must be an id below vocabSize, 236; got 1000000000'],
  ])('refuses odd sizes and names: %#', async (change, message) => {
    const file = JSON.parse(await readFile(join(ownMini, 'config.json'), 'utf8')) as Record<string, unknown>;
    const folder = await folderOf({ 'config.json': JSON.stringify({ ...file, ...change }) });
    await copyFile(join(ownMini, 'model.safetensors'), join(folder, 'model.safetensors'));
    const error: unknown = await load(folder).catch((caught: unknown) => caught);
    expect(String(error)).toMatch(message);
    expect(String(error).length).toBeLessThan(1000);
  });

  it('refuses deep nesting', async () => {
    const deep = '{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000);
    await expect(load(await folderOf({ 'config.json': deep }))).rejects.toThrow(/nested deeper than 100 levels/);
  });

  it('refuses heads and weights that cannot be computed, before it makes them', async () => {
    const wide = new BertConfig({ ...small, hiddenSize: 4096, numAttentionHeads: 1 });
    await expect(BertModel.fromConfig(wide)).rejects.toThrow(/makes heads of 4096 channels; at most/);
    const { info } = await defaultDevice();
    const device = { info: { ...info, limits: { ...info.limits, maxStorageBufferBindingSize: 1000 } } };
    const shapes = new Map([
      ['bert.pooler.dense.bias', [8]],
      ['bert.embeddings.word_embeddings.weight', [1500, 200]],
    ]);
    expect(() => requireMemory(device as never, shapes, 'x')).toThrow(
      /the weight bert.embeddings.word_embeddings.weight \[1500, 200\] needs 1200000 bytes; this adapter takes at most 1000/,
    );
  });

  it('computes heads of more than 128 channels', async () => {
    const wide = new BertConfig({ ...small, hiddenSize: 160, numAttentionHeads: 1 });
    using model = await BertModel.fromConfig(wide);
    const values = await model.device.scope(() => model.forward({ input_ids: [[1, 2]] }).poolerOutput.data());
    expect(values).toHaveLength(160);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('says that it was disposed', async () => {
    const model = await BertForSequenceClassification.fromConfig(new BertConfig(small));
    expect(() => model.forward(undefined as never)).toThrow(
      'forward takes a batch, { input_ids, attention_mask, … }; got undefined',
    );
    expect(() => model.forward({ input_ids: [[1]] }, { step: 1 } as object)).toThrow(/has no option step/);
    expect(() => model.countLabels(5 as never)).toThrow(/countLabels takes a batch/);
    model.dispose();
    const disposed = /BertForSequenceClassification was disposed/;
    expect(() => model.forward({ input_ids: [[1]] })).toThrow(disposed);
    expect(() => model.bert.forward({ input_ids: [[1]] })).toThrow(/BertModel was disposed/);
    await expect(model.stateDict()).rejects.toThrow(disposed);
    await expect(model.savePretrained(scratch)).rejects.toThrow(disposed);
    await expect(model.savePretrained(undefined as never)).rejects.toThrow(/folder must be a folder: its path/);
  });
});
