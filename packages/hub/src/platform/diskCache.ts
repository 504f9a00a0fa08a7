import { createHash, randomUUID } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, open, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { makeFolder, writeFileAtomic } from '@attune/platform';
import { HubDownloadError, HubError, UnreachableError } from '../errors.ts';
import { isCommit } from '../repository.ts';
import type { Repository } from '../repository.ts';
import type { Download, HubCache, RemoteFile, ResolvedFile } from './platform.ts';
import { listFolder } from './localFolder.ts';

const maxAttempts = 5;
/** A connection that sends nothing for this long is given up and taken up again. */
const stallMilliseconds = 30_000;

/** Downloads under way in this process, by blob: one file, one download. */
const downloads = new Map<string, Promise<string>>();

const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;

/**
 * The cache folder that Python's `huggingface_hub` reads and writes too:
 * `models--owner--name/{refs/main, blobs/<hash>, snapshots/<commit>/<file> -> blob,
 * .no_exist/<commit>/<file>}`.
 */
export class DiskCache implements HubCache {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  #repositoryFolder({ type, name }: Repository): string {
    return join(this.#root, [`${type}s`, ...name.split('/')].join('--'));
  }

  folder(repository: Repository, commit: string): string {
    return join(this.#repositoryFolder(repository), 'snapshots', commit);
  }

  async readRevision(repository: Repository): Promise<string | undefined> {
    if (isCommit(repository.revision))
      return (await exists(this.folder(repository, repository.revision))) ? repository.revision : undefined;
    const written = await readFile(join(this.#repositoryFolder(repository), 'refs', repository.revision), 'utf8').catch(
      () => undefined,
    );
    if (written !== undefined && isCommit(written.trim())) return written.trim();
    // Hugging Face's JavaScript library writes snapshots and no refs: the newest snapshot is the
    // best guess then.
    return repository.revision === 'main' ? this.#newestSnapshot(repository) : undefined;
  }

  async #newestSnapshot(repository: Repository): Promise<string | undefined> {
    const snapshots = join(this.#repositoryFolder(repository), 'snapshots');
    let newest: { commit: string; time: number } | undefined;
    for (const commit of await readdir(snapshots).catch(() => [])) {
      const time = (await stat(join(snapshots, commit))).mtimeMs;
      if (isCommit(commit) && (!newest || time > newest.time)) newest = { commit, time };
    }
    return newest?.commit;
  }

  async writeRevision(repository: Repository, commit: string): Promise<void> {
    if (isCommit(repository.revision)) return;
    const path = join(this.#repositoryFolder(repository), 'refs', repository.revision);
    if ((await readFile(path, 'utf8').catch(() => undefined)) === commit) return;
    await writeFileAtomic(path, commit);
  }

  async find(repository: Repository, commit: string, filename: string): Promise<ResolvedFile | 'absent' | undefined> {
    const path = join(this.folder(repository, commit), filename);
    if (await exists(path)) return { path };
    return (await exists(this.#absentPath(repository, commit, filename))) ? 'absent' : undefined;
  }

  #absentPath(repository: Repository, commit: string, filename: string): string {
    return join(this.#repositoryFolder(repository), '.no_exist', commit, filename);
  }

  async markAbsent(repository: Repository, commit: string, filename: string): Promise<void> {
    const path = this.#absentPath(repository, commit, filename);
    await writeFileAtomic(path, '');
  }

  list(repository: Repository, commit: string): Promise<string[]> {
    return listFolder(this.folder(repository, commit)).catch(() => []);
  }

  async store(commit: string, download: Download): Promise<{ path: string }> {
    const { repository, file } = download;
    const blob = join(this.#repositoryFolder(repository), 'blobs', file.hash);
    const running = downloads.get(blob) ?? this.#fetchBlob(blob, download).finally(() => downloads.delete(blob));
    downloads.set(blob, running);
    await running;
    const path = join(this.folder(repository, commit), file.path);
    await makeFolder(dirname(path));
    await pointTo(path, blob);
    return { path };
  }

  async #fetchBlob(blob: string, download: Download): Promise<string> {
    const { file } = download;
    if ((await stat(blob).catch(() => undefined))?.size === file.size) return blob;
    await makeFolder(dirname(blob));
    // Two processes may want the same file. Each writes its own; a part left behind is taken by
    // whoever renames it first.
    const own = `${blob}.${process.pid}.incomplete`;
    for (const left of await partsLeftBehind(blob)) {
      if (!(await exists(own))) await rename(left, own).catch(() => {});
    }
    let failure: unknown;
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const before = await sizeOf(own);
      try {
        await appendRest(own, download);
        await checkContent(own, download);
        await rename(own, blob);
        return blob;
      } catch (error) {
        if (error instanceof HubDownloadError) await rm(own, { force: true });
        if (error instanceof HubError && !(error instanceof UnreachableError)) throw error;
        failure = error;
        if ((await sizeOf(own)) === before) await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt));
      }
    }
    await rename(own, `${blob}.incomplete`).catch(() => {});
    const size = await sizeOf(`${blob}.incomplete`);
    throw new HubDownloadError(
      `Downloading ${download.repository.name}/${file.path} broke off ${maxAttempts} times (${reason(failure)}); ${size} of ${file.size} bytes are here. Run it again to go on from there.`,
      { cause: failure },
    );
  }
}

const reason = (error: unknown) => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
};

const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0;

/** `<blob>.incomplete`, and those of processes that are no more. */
async function partsLeftBehind(blob: string): Promise<string[]> {
  const start = `${blob.slice(dirname(blob).length + 1)}.`;
  const names = await readdir(dirname(blob));
  return names
    .filter((name) => name.startsWith(start) && name.endsWith('.incomplete'))
    .filter((name) => {
      const pid = Number(name.slice(start.length, -'.incomplete'.length) || NaN);
      return Number.isNaN(pid) || pid === process.pid || !isAlive(pid);
    })
    .map((name) => join(dirname(blob), name));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Asks for what is missing and appends it. */
async function appendRest(path: string, { file, repository, request, onProgress }: Download): Promise<void> {
  let offset = await sizeOf(path);
  if (offset > file.size) {
    await rm(path);
    offset = 0;
  }
  if (offset === file.size && (await exists(path))) return;
  const response = await request(offset);
  if (offset > 0 && response.status !== 206) offset = 0;
  const handle = await open(path, offset === 0 ? 'w' : 'a');
  try {
    const reader = response.body?.getReader();
    for (let loaded = offset; reader;) {
      const { value, done } = await withStallLimit(reader);
      if (done) break;
      await handle.write(value);
      loaded += value.length;
      if (loaded > file.size) break;
      onProgress({ repository: repository.name, file: file.path, loadedBytes: loaded, totalBytes: file.size });
    }
  } finally {
    await handle.close();
  }
  const size = await sizeOf(path);
  if (size < file.size) throw new Error(`the connection ended after ${size} of ${file.size} bytes`);
}

async function withStallLimit(reader: ReadableStreamDefaultReader<Uint8Array>): ReturnType<typeof reader.read> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`nothing arrived for ${stallMilliseconds / 1000} seconds`));
      reader.cancel().catch(() => {});
    }, stallMilliseconds);
  });
  try {
    return await Promise.race([reader.read(), stalled]);
  } finally {
    clearTimeout(timer);
  }
}

async function checkContent(path: string, { file, repository }: Download): Promise<void> {
  const size = await sizeOf(path);
  if (size !== file.size)
    throw new HubDownloadError(
      `${repository.name}/${file.path} has ${file.size} bytes on the hub; ${size} arrived. The download was thrown away; try again.`,
    );
  const hash = contentHash(file);
  if (!hash) return;
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  if (hash.digest('hex') !== file.hash) {
    throw new HubDownloadError(
      `${repository.name}/${file.path} arrived damaged (its checksum differs from the hub's). The download was thrown away; try again.`,
    );
  }
}

function contentHash({ hash, size }: RemoteFile): Hash | undefined {
  if (/^[0-9a-f]{64}$/.test(hash)) return createHash('sha256');
  if (/^[0-9a-f]{40}$/.test(hash)) return createHash('sha1').update(`blob ${size}\0`);
  return undefined;
}

/** Makes `path` show the blob: a relative link, or a copy where the system allows no links. */
async function pointTo(path: string, blob: string): Promise<void> {
  const beside = `${path}.${randomUUID()}`;
  try {
    await symlink(relative(dirname(path), blob), beside);
  } catch {
    await copyFile(blob, beside);
  }
  await rename(beside, path);
}
