import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import cliProgress from 'cli-progress';
import type { Files, Terminal } from './platform.ts';

export const terminal: Terminal = {
  isTerminal: process.stderr.isTTY === true,
  writeLine: (line) => console.error(line),
};

export const files: Files = {
  makeFolder: async (path) => void (await mkdir(path, { recursive: true })),
  async writeFile(path, content) {
    await mkdir(dirname(path), { recursive: true });
    const beside = `${path}.${process.pid}.tmp`;
    await writeFile(beside, content);
    await rename(beside, path);
  },
  readFile: (path) => readFile(path),
  async list(path) {
    try {
      return await readdir(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  },
  async replaceFolder(finished, target) {
    const aside = `${target}.${process.pid}.old`;
    const inTheWay = await rename(target, aside).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        return false;
      },
    );
    await rename(finished, target);
    if (inTheWay) await rm(aside, { recursive: true, force: true });
  },
  removeFolder: (path) => rm(path, { recursive: true, force: true }),
  async checksum(path) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  },
};

/** A bar on the terminal that lines can be written above. */
export function createBar(total: number, format: string) {
  const bars = new cliProgress.MultiBar(
    {
      format,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 24,
      etaBuffer: 50,
      linewrap: false,
    },
    cliProgress.Presets.shades_classic,
  );
  const bar = bars.create(total, 0);
  return {
    update: (value: number, fields: Record<string, string>) => bar.update(value, fields),
    writeLine: (line: string) => bars.log(`${line}\n`),
    stop: () => bars.stop(),
  };
}
