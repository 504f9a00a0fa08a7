import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOptions } from '../cli/options.ts';
import type { TrainOptions } from '../cli/options.ts';
import { pretrainedSource } from './pretrained.ts';

const ownMini = fileURLToPath(new URL('../../../../packages/bert/golden/own-mini', import.meta.url));

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'attune-source-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('quotation marks in a file of separated fields', () => {
  const source = (...words: string[]) => {
    const lines = ['label\ttext', '1\t"He came , he said .', '0\tNobody saw him .', '1\tHe went .', '0\tHe slept .'];
    writeFileSync(join(folder, 'train.tsv'), lines.join('\n'));
    return pretrainedSource(ownMini, folder, readOptions(words) as TrainOptions, () => {});
  };

  it('that are part of the texts are told with the option for them', () =>
    expect(source()).rejects.toThrow(
      'line 2: the quotation mark that is opened here is never closed. If quotation marks are part of the text, pass --plain-quotes',
    ));

  it('are read so with it', async () => {
    const { train, validation } = await source('--plain-quotes');
    const texts = [...train.toRows(), ...validation.toRows()].map(({ sentence1 }) => sentence1);
    expect(texts).toContain('"He came , he said .');
    expect(texts).toHaveLength(4);
  });
});
