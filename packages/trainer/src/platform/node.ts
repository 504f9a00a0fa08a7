import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { makeFolder, writeFileAtomic } from '@attune/platform';
import type { Files, Terminal } from './platform.ts';

export const terminal: Terminal = {
  writeLine: (line) => console.error(line),
};

/** What `~` stands for. */
export const homeFolder = (): string | null => homedir();

/** Where files may lie for a while. */
export const temporaryFolder = (): string | null => tmpdir();

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What each run that is under way would say. */
const farewells = new Set<() => string>();

/** Until it is disposed of: what a person is told whose signal ends the process. */
export function onInterruption(message: () => string): Disposable {
  if (farewells.size === 0) for (const signal of signals) process.on(signal, sayFarewell);
  farewells.add(message);
  return {
    [Symbol.dispose]() {
      farewells.delete(message);
      if (farewells.size === 0) for (const signal of signals) process.off(signal, sayFarewell);
    },
  };
}

function sayFarewell(signal: NodeJS.Signals): void {
  for (const each of signals) process.off(each, sayFarewell);
  for (const message of farewells) terminal.writeLine(`\n${message()}`);
  farewells.clear();
  // Without a listener the signal ends the process, with its usual code.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

export const files: Files = {
  makeFolder,
  writeFile: writeFileAtomic,
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
  writtenAt: async (path) => (await stat(path)).mtimeMs,
  async checksum(path) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  },
};
