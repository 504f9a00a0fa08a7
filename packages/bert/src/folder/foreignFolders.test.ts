import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AutoModel, AutoTokenizer, CheckpointError, ConfigError, TokenizerError } from '../index.ts';
import { refuseForeignBytes } from './foreignContent.ts';

const ownMini = fileURLToPath(new URL('../../golden/own-mini', import.meta.url));
const bert = JSON.stringify({ model_type: 'bert' });
const byteLevel = JSON.stringify({
  version: '1.0',
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel' },
  model: { type: 'BPE', vocab: { '<s>': 0, a: 1, '</s>': 2 }, merges: [] },
});

let scratch: string;
let counter = 0;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'attune-foreign-'));
});
afterAll(() => rm(scratch, { recursive: true }));

async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = join(scratch, String(counter++));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

const loadModel = (folder: string) => AutoModel.fromPretrained(folder, { silent: true });

describe('a folder that is not a BERT model is an error that names what it is', () => {
  it.each<[string, Record<string, string>, string]>([
    ['an OpenVINO export', { 'config.json': bert, 'openvino_model.xml': '' }, 'export for another runtime'],
    ['a folder of the cache', { [`snapshots/${'a'.repeat(40)}/config.json`]: bert }, 'Hugging Face cache: load the'],
    ['weights alone', { 'model.safetensors': '' }, 'weights without the other files of the model: copy config.json'],
    ['weights of another name', { 'config.json': bert, 'model (1).safetensors': '' }, 'must be in model.safetensors'],
  ])('%s', async (_, files, message) => {
    const folder = await folderOf(files);
    await expect(loadModel(folder)).rejects.toThrow(message);
    await expect(loadModel(folder)).rejects.toThrow(CheckpointError);
  });

  it.each<[string, Record<string, string>, string]>([
    ['RoBERTa', { 'config.json': '{"model_type":"roberta"}', 'tokenizer.json': byteLevel }, "model_type is 'roberta'"],
    [
      'an old RoBERTa',
      { 'config.json': '{"model_type": "roberta"}', 'vocab.json': '{}', 'merges.txt': '' },
      'Its tokenizer is that of GPT-2 and RoBERTa (vocab.json, merges.txt); BERT has a vocab.txt',
    ],
    ['T5', { 'config.json': '{"model_type":"t5"}', 'spiece.model': '' }, 'Its tokenizer is SentencePiece, as in T5'],
    ['GGUF files', { 'x.gguf': '' }, 'GGUF'],
    ['an adapter', { 'adapter_config.json': '{}' }, 'PEFT adapter'],
  ])('by its tokenizer too: %s', async (_, files, message) => {
    const loading = AutoTokenizer.fromPretrained(await folderOf(files));
    await expect(loading).rejects.toThrow(message);
    const error: unknown = await loading.catch((caught: unknown) => caught);
    expect(error instanceof TokenizerError || error instanceof CheckpointError).toBe(true);
  });

  it('by its architecture, where config.json names no type, and by its quantisation', async () => {
    const config = JSON.parse(await readFile(join(ownMini, 'config.json'), 'utf8')) as Record<string, unknown>;
    const { model_type: _, ...untyped } = config;
    for (const [change, message] of [
      [{ ...untyped, architectures: ['RobertaModel'] }, /architectures\[0\] is 'RobertaModel'/],
      [
        { ...config, quantization_config: { quant_method: 'gptq' } },
        'quantization_config is an object with quant_method; a quantised checkpoint (load the model it was made',
      ],
    ] as const) {
      const folder = await folderOf({ 'config.json': JSON.stringify(change) });
      await expect(loadModel(folder)).rejects.toThrow(message);
      await expect(loadModel(folder)).rejects.toThrow(ConfigError);
    }
    const old = await folderOf({ 'config.json': JSON.stringify({ ...untyped, architectures: ['BertForMaskedLM'] }) });
    await copyFile(join(ownMini, 'model.safetensors'), join(old, 'model.safetensors'));
    (await loadModel(old)).dispose();
  });

  it('by a file in place of a folder', async () => {
    await expect(loadModel(join(ownMini, 'model.safetensors'))).rejects.toThrow(/give the folder that it is in/);
  });
});

describe('a file that is something else than its name says', () => {
  const bytes = (text: string) => Uint8Array.from(text.padEnd(200, '\0'), (letter) => letter.charCodeAt(0));
  it.each([
    [
      '<!DOCTYPE html><html>',
      'model.safetensors is a web page, not the file itself: the download was answered with a login or an error. Download it again',
    ],
    ['GGUF\u0003', /model\.safetensors is a GGUF file/],
    ['PK\u0003\u0004', /model\.safetensors is a pickle of PyTorch: convert it/],
    ['\u0080\u0002\u008a\n', /model\.safetensors is a pickle/],
    ['\u0089HDF\r\n', /model\.safetensors is a TensorFlow checkpoint/],
    [
      'version https://git-lfs.github.com/spec/v1\n',
      'model.safetensors is a Git LFS pointer, not the file itself. Run "git lfs pull',
    ],
  ])('%j', async (beginning, message) => {
    const folder = await folderOf({ 'config.json': bert, 'model.safetensors': bytes(beginning) });
    await expect(loadModel(folder)).rejects.toThrow(message);
    await expect(loadModel(folder)).rejects.toThrow(CheckpointError);
  });

  it('a config.json that is a web page', async () => {
    await expect(loadModel(await folderOf({ 'config.json': '<html>' }))).rejects.toThrow(/config\.json is a web page/);
  });

  it('a header of 640 bytes is none of them', () => {
    const start = new Uint8Array(8);
    new DataView(start.buffer).setBigUint64(0, 640n, true);
    expect(() => refuseForeignBytes(start, 'x')).not.toThrow();
  });
});
