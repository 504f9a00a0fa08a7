import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { AutoTokenizer, TokenizerError, type Tokenizer } from './index.ts';

const reference = process.env.ATTUNE_REFERENCE;

interface Truncated {
  row: number;
  strategy: 'longest_first' | 'only_first' | 'only_second';
  max_length: number;
  result: { input_ids: number[]; token_type_ids: number[] } | null;
}

// bert-base-uncased's vocabulary and, for the second part, MRPC's text: neither is in the
// repository.
describe.runIf(reference)('with the vocabulary of bert-base-uncased', () => {
  let tokenizer: Tokenizer;
  const readJson = async <T>(path: string | URL): Promise<T> => JSON.parse(await readFile(path, 'utf8')) as T;

  const checkTruncated = (cases: readonly Truncated[], textsOf: (row: number) => [string, string]): void => {
    for (const { row, strategy, max_length, result } of cases) {
      const encode = () =>
        tokenizer(...textsOf(row), { truncation: strategy, maxLength: max_length, returnAttentionMask: false });
      if (result) expect(encode()).toEqual(result);
      else expect(encode, `row ${row}, ${strategy} ${max_length}`).toThrow(TokenizerError);
    }
  };

  beforeAll(async () => {
    tokenizer = await AutoTokenizer.fromPretrained(join(reference!, 'golden', 'tiny-bert'));
  });

  it('encodes our own pairs as the Rust tokenizer does, truncated every way', async () => {
    const own = await readJson<{
      pairs: [string, string, number][];
      input_ids: number[][];
      token_type_ids: number[][];
      single: number[][];
      truncated: Truncated[];
    }>(fileURLToPath(new URL('../../golden/own_tokenizer.json', import.meta.url)));
    const batch = tokenizer(
      own.pairs.map(([a]) => a),
      own.pairs.map(([, b]) => b),
      { truncation: true },
    );
    expect(batch.input_ids).toEqual(own.input_ids);
    expect(batch.token_type_ids).toEqual(own.token_type_ids);
    expect(tokenizer(own.pairs.map(([a]) => a)).input_ids).toEqual(own.single);
    checkTruncated(own.truncated, (row) => [own.pairs[row]![0], own.pairs[row]![1]]);
  });

  it('encodes every validation pair of MRPC, and its truncations', async () => {
    const golden = await readJson<{ validation_input_ids: number[][]; truncated: Truncated[] }>(
      join(reference!, 'golden', 'tokenizer.json'),
    );
    // Tab separated without quoting: label, two ids, two sentences.
    const lines = (await readFile(join(reference!, 'data', 'mrpc', 'validation.tsv'), 'utf8'))
      .replace(/^\uFEFF/, '')
      .trimEnd()
      .split(/\r?\n/)
      .slice(1);
    const pairs = lines.map((line) => line.split('\t').slice(3, 5) as [string, string]);
    expect(pairs).toHaveLength(408);
    expect(
      tokenizer(
        pairs.map(([a]) => a),
        pairs.map(([, b]) => b),
        { truncation: true },
      ).input_ids,
    ).toEqual(golden.validation_input_ids);
    checkTruncated(golden.truncated, (row) => pairs[row]!);
  });

  it('loads the folder that has only tokenizer.json and a limit in config.json', async () => {
    const bare = await AutoTokenizer.fromPretrained(join(reference!, 'data', 'bert-base-uncased'));
    expect(bare.modelMaxLength).toBe(512);
    expect(bare('This is the first sentence.', 'This is the second one.').input_ids).toEqual([
      101, 2023, 2003, 1996, 2034, 6251, 1012, 102, 2023, 2003, 1996, 2117, 2028, 1012, 102,
    ]);
  });
});
