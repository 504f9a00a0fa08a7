// Our own, because write-file-atomic (7.0.1) and atomically do not notice short writes: on a full
// disk they replace a good file by a truncated one without an error.
import { randomUUID } from 'node:crypto';
import { fsync, renameSync, rmSync } from 'node:fs';
import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { FileContent, Platform } from './platform.ts';

/**
 * Makes a folder and its parents. Node's own recursive mkdir never returns on paths such as
 * /proc/x, whose parent exists but cannot contain folders.
 */
export const makeFolder: Platform['makeFolder'] = async (folder) => {
  const missing: string[] = [];
  for (let path = resolve(folder); path !== dirname(path) && !(await exists(path)); path = dirname(path))
    missing.unshift(path);
  if (missing.length === 0) missing.push(resolve(folder));
  for (const path of missing) {
    await mkdir(path).catch(async (error: unknown) => {
      // It exists already, or another process was faster.
      if (await isFolder(path)) return;
      const parent = dirname(path);
      if (!(await exists(parent)) || (await isFolder(parent))) throw error;
      // Windows says ENOENT here.
      throw Object.assign(new Error(`ENOTDIR: ${parent} is a file, not a folder`, { cause: error }), {
        code: 'ENOTDIR',
        path,
      });
    });
  }
};

// Not the handle's own sync(), which Yarn's Plug'n'Play replaces by one that only throws.
const syncFile = promisify(fsync);

const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;

const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() === true;

/** Writes one file completely or not at all. */
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
    // The old contents keep a name during the renames, as freeing their space takes far longer.
    for (const name of [...files.keys(), ...stale]) await link(join(folder, name), old(name)).catch(() => {});
    // Synchronously: a process that is killed meanwhile would leave a mixture of two writes.
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
    await syncFile(file.fd);
  } finally {
    await file.close();
  }
}

/** Makes the new names survive a loss of power. Not every system supports this for folders. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  if (!handle) return;
  await syncFile(handle.fd).catch(() => {});
  await handle.close();
}

// Read only when a file is written, as Deno asks for permission.
const writer = (): string => hostname().replace(/[^\w-]/g, '') || 'host';

/** Removes temporary files of processes on this machine that were killed while writing. */
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
