// By hand because write-file-atomic (7.0.1) and atomically take a short write for a whole one: on a
// full disk they put a cut file in place of a good one, without an error.
import { randomUUID } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { FileContent, Platform } from './platform.ts';

/**
 * Makes a folder with all above it. Node's own recursive mkdir never ends on paths such as /proc/x,
 * whose parent exists and takes no folder.
 */
export const makeFolder: Platform['makeFolder'] = async (folder) => {
  const missing: string[] = [];
  for (let path = resolve(folder); path !== dirname(path) && !(await exists(path)); path = dirname(path))
    missing.unshift(path);
  if (missing.length === 0) missing.push(resolve(folder));
  for (const path of missing) {
    await mkdir(path).catch(async (error: unknown) => {
      // It was there, or another process was faster.
      if (!(await isFolder(path))) throw error;
    });
  }
};

const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;

const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() === true;

/** Writes one file whole or not at all. */
export const writeFileAtomic: Platform['writeFileAtomic'] = (path, content) =>
  writeFilesAtomic(dirname(path), new Map([[basename(path), content]]));

/** Writes several files of a folder, all of them or none. */
export const writeFilesAtomic: Platform['writeFilesAtomic'] = async (folder, files, isStale = () => false) => {
  await makeFolder(folder);
  await removeLeftovers(folder);
  const suffix = `.${writer()}.${process.pid}.${randomUUID()}.partial`;
  const beside = (name: string) => join(folder, `.${name}${suffix}`);
  const old = (name: string) => join(folder, `.${name}.old${suffix}`);
  let stale: string[] = [];
  try {
    for (const [name, content] of files) await writeWhole(beside(name), content, join(folder, name));
    stale = (await readdir(folder)).filter((name) => isStale(name) && !files.has(name));
    // The old contents keep a name, because to give their space back takes
    // far longer than a rename.
    for (const name of [...files.keys(), ...stale]) await link(join(folder, name), old(name)).catch(() => {});
    // In one go: a process that is killed meanwhile would leave files of two writes together.
    for (const name of files.keys()) renameSync(beside(name), join(folder, name));
    for (const name of stale) rmSync(join(folder, name), { force: true });
    await syncFolder(folder);
  } catch (error) {
    for (const name of files.keys()) await rm(beside(name), { force: true });
    throw error;
  } finally {
    for (const name of [...files.keys(), ...stale]) await rm(old(name), { force: true });
  }
};

/** Writes until every byte is on the disk. A file keeps the permissions of the one it replaces. */
async function writeWhole(path: string, content: FileContent, replaced: string): Promise<void> {
  const mode = (await stat(replaced).catch(() => undefined))?.mode;
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Keeps the new names over a loss of power. Not every system can do this to a folder. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

// Not before a file is written: Deno asks for leave to know it.
const writer = (): string => hostname().replace(/[^\w-]/g, '') || 'host';

/** Takes away what processes of this machine left that were killed while they wrote. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, host, pid] = /^\..+\.([\w-]+)\.(\d+)\.[\w-]+\.partial$/.exec(name) ?? [];
    if (host === writer() && !isAlive(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
