import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AutoModel,
  BatchError,
  clsPooling,
  maxPooling,
  meanPooling,
  normalize,
  SentenceTransformer,
  unpackTokens,
} from '../index.ts';

const ownMini = fileURLToPath(new URL('../../golden/own-mini', import.meta.url));
/** Written by Python's sentence-transformers: golden/make_sentences.py. */
const golden = JSON.parse(readFileSync(join(ownMini, '../sentences.json'), 'utf8')) as {
  readonly sentences: readonly string[];
  readonly models: Readonly<
    Record<
      string,
      { readonly files: Readonly<Record<string, string>>; readonly vectors: readonly (readonly number[])[] }
    >
  >;
};
const packed = { rows: 2, tokens: 3, cuSeqlens: Uint32Array.of(0, 1, 3) };

describe('pooling', () => {
  it('makes one vector of each sequence', () => {
    const values = [1, -2, 3, -4, 6, -8];
    expect(meanPooling(values, packed)).toEqual({ data: Float32Array.of(1, -2, 4.5, -6), shape: [2, 2] });
    expect(clsPooling(values, packed)).toEqual({ data: Float32Array.of(1, -2, 3, -4), shape: [2, 2] });
    expect(maxPooling(values, packed)).toEqual({ data: Float32Array.of(1, -2, 6, -4), shape: [2, 2] });
  });

  it('makes length 1 of any vector but that of zeros', () => {
    expect(normalize({ data: Float32Array.of(3, 4, 0, 0), shape: [2, 2] }).data).toEqual(
      Float32Array.of(3 / 5, 4 / 5, 0, 0),
    );
  });

  it('refuses values of other tokens', () => {
    expect(() => meanPooling([1, 2, 3, 4], packed)).toThrow(/meanPooling: values must be an array \[3 tokens, width\]/);
    expect(() => maxPooling([], packed)).toThrow(BatchError);
    expect(() => clsPooling([1], {} as never)).toThrow(/clsPooling: packed must be/);
    expect(() => normalize(Float32Array.of(1) as never)).toThrow(/normalize: vectors must be/);
    expect(() => normalize({ data: Float32Array.of(1), shape: [1, 2] })).toThrow(
      /shape must be \[rows, width\] of the 1/,
    );
  });
});

describe('SentenceTransformer', () => {
  let scratch: string;
  let counter = 0;
  const open: { dispose(): void }[] = [];
  const flags = { pooling_mode_cls_token: false, pooling_mode_max_tokens: false, pooling_mode_mean_tokens: false };

  /** A model of sentence-transformers around own-mini: its files by path. */
  async function folderWith(files: Readonly<Record<string, unknown>>, inner = ''): Promise<string> {
    const folder = join(scratch, `model-${counter++}`);
    await cp(ownMini, join(folder, inner), { recursive: true });
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return folder;
  }

  const modulesOf = (...modules: readonly (readonly [type: string, path: string])[]) =>
    modules.map(([type, path], idx) => ({ idx, name: String(idx), path, type }));
  const withPooling = (config: unknown, more: Readonly<Record<string, unknown>> = {}) => ({
    'modules.json': modulesOf(
      ['sentence_transformers.models.Transformer', ''],
      ['sentence_transformers.models.Pooling', '1_Pooling'],
    ),
    '1_Pooling/config.json': config,
    ...more,
  });

  async function load(folder: string): Promise<SentenceTransformer> {
    const model = await SentenceTransformer.fromPretrained(folder);
    open.push(model);
    return model;
  }

  const sentences = ['Rain is expected.', 'A fox crossed the lake, and the fox ran on.', 'No!'];

  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'attune-sentences-'));
  });
  afterAll(async () => {
    for (const model of open) model.dispose();
    await rm(scratch, { recursive: true });
  });

  it.each(Object.entries(golden.models))('equals sentence-transformers: %s', async (_, { files, vectors }) => {
    const model = await load(await folderWith(files));
    const ours = await model.encode(golden.sentences, { batchSize: 2 });
    expect(model.embeddingDimension).toBe(vectors[0]?.length);
    for (const [row, expected] of vectors.entries())
      for (const [channel, value] of expected.entries())
        expect(Math.abs((ours[row]?.[channel] ?? NaN) - value), `sentence ${row}, ${channel}`).toBeLessThan(1e-5);
  });

  it('pools a plain checkpoint by the mean, the same whatever else is in the batch', async () => {
    const model = await load(ownMini);
    const bert = await AutoModel.fromPretrained(ownMini, { silent: true });
    open.push(bert);
    const vectors = await model.encode(sentences, { batchSize: 2 });
    expect(vectors.map(({ length }) => length)).toEqual([32, 32, 32]);
    for (const [row, sentence] of sentences.entries()) {
      const inputs = model.tokenizer([sentence]);
      const { data, shape } = await bert.device.scope(async () => {
        const output = bert.forward(inputs);
        return unpackTokens(await output.lastHiddenState.data(), output.packed);
      });
      const [, columns = 0, width = 0] = shape;
      for (let channel = 0; channel < width; channel++) {
        let sum = 0;
        for (let column = 0; column < columns; column++) sum += data[column * width + channel] ?? NaN;
        expect(vectors[row]?.[channel]).toBeCloseTo(sum / columns, 5);
      }
    }
    expect(await model.encode(sentences[2] as string)).toEqual((await model.encode([sentences[2] as string]))[0]);
    expect(await model.encode([])).toEqual([]);
  });

  it('obeys 1_Pooling/config.json, old and new, and joins several modes', async () => {
    const cls = await load(await folderWith(withPooling({ ...flags, pooling_mode_cls_token: true })));
    const max = await load(await folderWith(withPooling({ embedding_dimension: 32, pooling_mode: 'max' })));
    const both = await load(
      await folderWith(withPooling({ ...flags, pooling_mode_max_tokens: true, pooling_mode_cls_token: true })),
    );
    expect(both.embeddingDimension).toBe(64);
    const [a, b, joined] = await Promise.all([cls, max, both].map((model) => model.encode(sentences)));
    joined?.forEach((vector, row) => expect([...vector]).toEqual([...(a?.[row] ?? []), ...(b?.[row] ?? [])]));
  });

  it('finds the BERT in 0_Transformer, its settings, prompts and the Normalize module', async () => {
    const folder = await folderWith(
      {
        'modules.json': modulesOf(
          ['sentence_transformers.base.modules.transformer.Transformer', '0_Transformer'],
          ['sentence_transformers.sentence_transformer.modules.pooling.Pooling', '1_Pooling'],
          ['sentence_transformers.models.Normalize', '2_Normalize'],
        ),
        '1_Pooling/config.json': { pooling_mode: 'mean' },
        '0_Transformer/sentence_bert_config.json': { max_seq_length: 6, do_lower_case: true },
        'config_sentence_transformers.json': { prompts: { query: 'The fox: ' }, default_prompt_name: null },
      },
      '0_Transformer',
    );
    const model = await load(folder);
    expect(model.maxSeqLength).toBe(6);
    const [vector, prompted, longer] = await model.encode(['Rain', 'The fox: Rain', 'Rain rain rain rain rain rain']);
    expect(Math.hypot(...(vector ?? []))).toBeCloseTo(1, 6);
    expect(await model.encode('Rain', { promptName: 'query' })).toEqual(prompted);
    expect(await model.encode('Rain rain rain rain')).toEqual(longer);
    await expect(model.encode('Rain', { promptName: 'passage' })).rejects.toThrow(/no prompt 'passage'; it has query/);
    await expect(AutoModel.fromPretrained(folder)).rejects.toThrow(/pass \{ subfolder: '0_Transformer' \}/);
    open.push(await AutoModel.fromPretrained(folder, { subfolder: '0_Transformer', silent: true }));
  });

  it.each([
    [withPooling({ pooling_mode: 'lasttoken' }), /asks for pooling by "lasttoken"; 'mean', 'cls' and 'max'/],
    [withPooling({ ...flags, pooling_mode_mean_sqrt_len_tokens: true }), /asks for pooling by "mean_sqrt_len_tokens"/],
    [withPooling({ include_prompt: false }), /include_prompt: false/],
    [{ 'modules.json': modulesOf(['a.Transformer', ''], ['a.Pooling', '1_Pooling']) }, /names 1_Pooling\/config.json/],
    [{ 'modules.json': modulesOf(['a.Transformer', ''], ['a.Pooling', '1'], ['a.Dense', '2']) }, /has a module Dense/],
    [{ 'modules.json': [] }, /lists no modules/],
    [{ 'modules.json': [{ type: 'a.Transformer', path: '../x' }] }, /a module must be { type, path }; got/],
    [
      withPooling({}, { 'sentence_bert_config.json': { max_seq_length: 'long' } }),
      /max_seq_length must be a whole number above 2; got "long"/,
    ],
    [
      withPooling({}, { 'config_sentence_transformers.json': { default_prompt_name: 'q' } }),
      /default_prompt_name is "q"/,
    ],
  ])('names what it cannot compute, %#', async (files, message) => {
    await expect(SentenceTransformer.fromPretrained(await folderWith(files))).rejects.toThrow(message);
  });

  it('refuses misuse by name', async () => {
    const model = await load(ownMini);
    expect(() => Reflect.construct(SentenceTransformer, ['all-MiniLM-L6-v2'])).toThrow(
      /not made with new: write await/,
    );
    await expect(SentenceTransformer.fromPretrained('')).rejects.toThrow(/nameOrFolder must be a hub name/);
    await expect(model.encode('a', { batchsize: 2 } as never)).rejects.toThrow(/did you mean batchSize/);
    await expect(model.encode('a', { convertToTensor: true } as never)).rejects.toThrow(/vectors are Float32Arrays/);
    await expect(model.encode(7 as never)).rejects.toThrow(/sentences must be a string or an array of strings; got 7/);
    await expect(model.encode(['a', 7] as never)).rejects.toThrow(/texts\[1\]/);
  });
});
