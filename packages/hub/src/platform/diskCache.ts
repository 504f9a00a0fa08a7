import { randomUUID } from 'node:crypto';
import { copyFile, readdir, readFile, readlink, rename, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { makeFolder, writeFileAtomic } from '@attune/platform';
import { isCommit, isContentHash } from '../repository.ts';
import type { Repository } from '../repository.ts';
import { inCache, isFileError } from './cacheErrors.ts';
import { stillHasHash } from './contentHash.ts';
import { downloadTo } from './downloadTo.ts';
import { exists } from './fileStats.ts';
import { listFolder } from './localFolder.ts';
import type { Download, HubCache, RemoteFile, ResolvedFile } from './platform.ts';

/** Downloads under way in this process, by blob: one file, one download. */
const downloads = new Map<string, Promise<void>>();

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

  withoutHub(name: string, contents: string): string {
    return (
      `Get ${contents} on a machine with a network, put them in a folder here, and pass the path of that folder instead of '${name}'; ` +
      `or copy the Hugging Face cache folder of a machine that has it (~/.cache/huggingface/hub, unless HF_HOME is set there) to ${this.#root}.`
    );
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
      const time = (await stat(join(snapshots, commit)).catch(() => undefined))?.mtimeMs ?? 0;
      if (isCommit(commit) && (!newest || time > newest.time)) newest = { commit, time };
    }
    return newest?.commit;
  }

  async writeRevision(repository: Repository, commit: string): Promise<void> {
    if (isCommit(repository.revision)) return;
    const path = join(this.#repositoryFolder(repository), 'refs', repository.revision);
    if ((await readFile(path, 'utf8').catch(() => undefined)) === commit) return;
    await asFarAsPossible(() => writeFileAtomic(path, commit));
  }

  async find(
    repository: Repository,
    commit: string,
    filename: string,
    remote?: RemoteFile,
  ): Promise<ResolvedFile | 'absent' | 'damaged' | undefined> {
    const path = join(this.folder(repository, commit), filename);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) return (await exists(this.#absentPath(repository, commit, filename))) ? 'absent' : undefined;
    if (remote && found.size !== remote.size) return 'damaged';
    const hash = remote?.hash ?? (await hashOfLink(path));
    if (hash !== undefined && !(await inCache(this.#root, () => stillHasHash(path, hash)))) return 'damaged';
    return { path };
  }

  #absentPath(repository: Repository, commit: string, filename: string): string {
    return join(this.#repositoryFolder(repository), '.no_exist', commit, filename);
  }

  async markAbsent(repository: Repository, commit: string, filename: string): Promise<void> {
    const path = this.#absentPath(repository, commit, filename);
    await asFarAsPossible(() => writeFileAtomic(path, ''));
  }

  list(repository: Repository, commit: string): Promise<string[]> {
    return listFolder(this.folder(repository, commit)).catch(() => []);
  }

  async store(commit: string, download: Download): Promise<{ path: string }> {
    const { repository, file } = download;
    const blob = join(this.#repositoryFolder(repository), 'blobs', file.hash);
    const path = join(this.folder(repository, commit), file.path);
    await inCache(this.#root, async () => {
      const running = downloads.get(blob) ?? downloadTo(blob, download).finally(() => downloads.delete(blob));
      downloads.set(blob, running);
      await running;
      await makeFolder(dirname(path));
      await pointTo(path, blob);
    });
    return { path };
  }
}

/** What the hub called the content: a link in a snapshot leads to a file of that name. */
async function hashOfLink(path: string): Promise<string | undefined> {
  const target = await readlink(path).catch(() => undefined);
  const name = target && basename(target);
  return isContentHash(name) ? name : undefined;
}

/**
 * Notes are for later: a cache that cannot be written (in an image, shared) still gives what it
 * holds.
 */
async function asFarAsPossible(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isFileError(error)) throw error;
  }
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
