import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { appendFile, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir, hostname, tmpdir } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { makeFolder, writeFileAtomic } from '@attune/platform';
import { interruptionInWords, savedInWords } from './interruptionWords.ts';
import type { Files, InterruptibleRun, Interruption, Machine, Terminal } from './platform.ts';

export const terminal: Terminal = {
  writeLine: (line) => console.error(line),
};

/** Where lines for a program go. */
export const output: Terminal = { writeLine: (line) => console.log(line) };

/** What `~` stands for. */
export const homeFolder = (): string | null => homedir();

export const machine = (): Machine | null => ({ hostName: hostname(), processId: process.pid });

/** Versions of the software that a run uses. */
export function versions(): Readonly<Record<string, string>> {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return { Attune: (JSON.parse(manifest) as { version: string }).version, 'Node.js': process.versions.node };
}

/** A variable of the environment. */
export const environment = (name: string): string | undefined => process.env[name];

/** Where files may lie for a while. */
export const temporaryFolder = (): string | null => tmpdir();

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Interruptible {
  readonly run: InterruptibleRun;
  /** The signal that asked it to finish. */
  signal: NodeJS.Signals | null;
}

/** The runs under way. */
const underWay = new Set<Interruptible>();

/**
 * Handles signals during a run, until it is disposed of. The first signal asks the run to finish; a
 * second one, or one when there is nothing to finish, reports what is lost and ends the process.
 */
export function onInterruption(run: InterruptibleRun): Interruption {
  if (underWay.size === 0) for (const signal of signals) process.on(signal, interrupt);
  const entry: Interruptible = { run, signal: null };
  underWay.add(entry);
  return {
    get signal() {
      return entry.signal;
    },
    leave(place, howToResume) {
      const { signal } = entry;
      const message = savedInWords(place, howToResume);
      forget(entry);
      if (signal === null || process.listenerCount(signal) > Number(underWay.size > 0)) return message;
      terminal.writeLine(`\n${message}`);
      if (![...underWay].some((other) => other.signal !== null)) endProcess(signal);
      return message;
    },
    [Symbol.dispose]: () => forget(entry),
  };
}

function forget(entry: Interruptible): void {
  underWay.delete(entry);
  if (underWay.size === 0) for (const signal of signals) process.off(signal, interrupt);
}

/**
 * Milliseconds within which a second signal is the same Ctrl-C: npm, `timeout` and others pass on
 * the signal that the process group got already.
 */
const samePress = 250;
let lastInterrupt = -Infinity;

function interrupt(signal: NodeJS.Signals): void {
  const isSame = performance.now() - lastInterrupt < samePress;
  const isFinishing = [...underWay].some((entry) => entry.signal !== null);
  if (isSame && isFinishing) return;
  lastInterrupt = performance.now();
  const finishing = [...underWay].filter((entry) => entry.signal === null && entry.run.finish());
  for (const entry of finishing) entry.signal = signal;
  if (finishing.length === 0) endProcess(signal);
  else terminal.writeLine('\nThe step will be finished and a checkpoint saved; a second signal ends at once.');
}

/** Without a listener a signal ends the process, with its usual code. */
function endProcess(signal: NodeJS.Signals): void {
  for (const { run } of underWay) terminal.writeLine(`\n${interruptionInWords(run.place())}`);
  underWay.clear();
  for (const each of signals) process.off(each, interrupt);
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

export const files: Files = {
  makeFolder,
  writeFile: writeFileAtomic,
  appendFile: (path, content) => appendFile(path, content),
  readFile: (path) => readFile(path),
  async list(path) {
    try {
      return await readdir(path);
    } catch (error) {
      // There is nothing at this path, or a file.
      if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
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
