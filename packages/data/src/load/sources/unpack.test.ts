import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync, strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataFileError, loadDataset } from '../../index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-unpack-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}
const csv = strToU8('text,label\na,1\n');
const rows = [{ text: 'a', label: 1 }];
// "text,label\na,1\n", by zstd 1.5.
const zstandard = Uint8Array.from(Buffer.from('KLUv/SQPeQAAdGV4dCxsYWJlbAphLDEKA6ZiKA==', 'base64'));

describe('compressed files', () => {
  it.each([
    ['gzip', 'train.csv.gz', gzipSync(csv)],
    ['gzip under a plain name', 'train.csv', gzipSync(csv)],
    [
      'two gzip members, one after the other',
      'train.csv.gz',
      Buffer.concat([gzipSync(strToU8('text,label\n')), gzipSync(strToU8('a,1\n'))]),
    ],
    ['Zstandard', 'train.csv.zst', zstandard],
    [
      'zip',
      'train.zip',
      zipSync({ 'train.csv': csv, '__MACOSX/._train.csv': csv, '.DS_Store': csv, 'README.md': csv }),
    ],
    ['zip under a plain name', 'train.csv', zipSync({ 'inside.csv': csv })],
    ['gzip in zip', 'x.zip', zipSync({ 'train.csv.gz': gzipSync(csv) })],
  ])('%s', async (_, name, content) => {
    const path = write(name, content);
    expect((await loadDataset(path, { split: 'train' })).toRows()).toEqual(rows);
    expect((await loadDataset('csv', { dataFiles: path, split: 'train' })).toRows()).toEqual(rows);
  });

  it('of JSON, and found in a folder', async () => {
    write('train.jsonl.gz', gzipSync(strToU8('{"text":"a","label":1}\n')));
    write('test.jsonl', '{"text":"b","label":0}\n');
    expect((await loadDataset(folder)).numRows()).toEqual({ train: 1, test: 1 });
  });

  it('a folder of several kinds, one of them compressed, is refused', async () => {
    write('train.csv.gz', gzipSync(csv));
    write('test.jsonl', '{}');
    await expect(loadDataset(folder)).rejects.toThrow(/files of several kinds/);
  });

  it('an archive has its splits as a folder has them', async () => {
    const path = write('pairs.zip', zipSync({ 'pairs/train.csv': csv, 'pairs/dev.csv': csv }));
    expect((await loadDataset(path)).numRows()).toEqual({ train: 1, validation: 1 });
  });

  it.each([
    ['cut off', gzipSync(strToU8('x'.repeat(5000))).subarray(0, 30), 'cannot be unpacked'],
    ['an Excel workbook', zipSync({ '[Content_Types].xml': csv, 'xl/workbook.xml': csv }), 'Excel workbook'],
    ['an old Excel workbook', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1), 'Excel workbook'],
    ['xz', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), 'compressed with xz'],
    ['bzip2', Uint8Array.from(Buffer.from('BZh91AY&SY')), 'compressed with bzip2'],
    ['an empty archive', zipSync({ '.hidden': csv }), 'without files'],
  ])('errors: %s', async (_, content, message) => {
    const load = loadDataset('csv', { dataFiles: write('x.csv', content) });
    await expect(load).rejects.toThrow(DataFileError);
    await expect(load).rejects.toThrow(message);
    await expect(load).rejects.toThrow('x.csv');
  });
});
