import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder, writeFileAtomic, writeFilesAtomic } from './writeFiles.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-platform-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writeFileAtomic', () => {
  it('makes the folder, replaces the file and leaves nothing beside it', async () => {
    const path = join(folder, 'a/b/file');
    await writeFileAtomic(path, 'one');
    chmodSync(path, 0o600);
    const { mode } = statSync(path);
    await writeFileAtomic(path, new Uint8Array([116, 119, 111]));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode).toBe(mode);
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['file']);
  });

  it('can be called many times at once for one file', async () => {
    const path = join(folder, 'file');
    const contents = Array.from({ length: 20 }, (_, index) => String(index).repeat(1000));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(contents).toContain(readFileSync(path, 'utf8'));
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('removes what a killed process left', async () => {
    const host = hostname().replace(/[^\w-]/g, '') || 'host';
    const dead = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
    const names = [
      `.file.${host}.${dead}.ab-12.partial`,
      `.file.${host}.${process.ppid}.ab-12.partial`,
      '.file.partial',
    ];
    for (const name of names) writeFileSync(join(folder, name), '');
    await writeFileAtomic(join(folder, 'file'), '');
    expect(readdirSync(folder).sort()).toEqual([...names.slice(1), 'file'].sort());
  });
});

describe('writeFilesAtomic', () => {
  it('takes away what is stale and not written again', async () => {
    for (const name of ['old-1', 'old-2', 'kept']) writeFileSync(join(folder, name), 'old');
    await writeFilesAtomic(folder, new Map([['old-2', 'new']]), (name) => name.startsWith('old'));
    expect(readdirSync(folder).sort()).toEqual(['kept', 'old-2']);
    expect(readFileSync(join(folder, 'old-2'), 'utf8')).toBe('new');
  });

  it('leaves every old file when one cannot be written', async () => {
    writeFileSync(join(folder, 'a'), 'old');
    const files = new Map<string, string>([
      ['a', 'new'],
      ['no/folder', 'new'],
    ]);
    await expect(writeFilesAtomic(folder, files)).rejects.toThrow('ENOENT');
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old');
  });
});

describe('makeFolder', () => {
  it('makes what is missing, many at once', async () => {
    const path = join(folder, 'a/b/c');
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(path)]);
    expect(existsSync(path)).toBe(true);
  });

  it('says why it cannot', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(makeFolder(join(folder, 'file'))).rejects.toThrow('EEXIST');
    await expect(makeFolder(join(folder, 'file/below'))).rejects.toThrow('ENOTDIR');
  });

  it.runIf(process.platform === 'linux')('ends where the parent takes no folders', async () => {
    await expect(makeFolder('/proc/attune/below')).rejects.toThrow('ENOENT');
  });
});
