import { open, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { makeFolder } from '@attune/platform';
import { HubDownloadError, HubError, UnreachableError } from '../errors.ts';
import { reasonOf } from '../networkErrors.ts';
import { maxAttempts, wait } from '../retry.ts';
import { isFileError } from './cacheErrors.ts';
import { hasHash, stillHasHash } from './contentHash.ts';
import { exists, modifiedAt, sizeOf } from './fileStats.ts';
import type { Download } from './platform.ts';

/** A connection that sends nothing for this long is given up and taken up again. */
const stallMilliseconds = 30_000;
/** A part that gets no byte for so long is abandoned, on whichever machine it was. */
const abandonedMilliseconds = 5 * 60_000;

/**
 * Downloads a file: beside, in parts if need be, checked, and renamed when it is whole. Nothing is
 * done where it is here and sound.
 *
 * @throws HubDownloadError
 */
export async function downloadTo(blob: string, download: Download): Promise<void> {
  const { file, repository } = download;
  if (
    !download.force &&
    (await exists(blob)) &&
    (await sizeOf(blob)) === file.size &&
    (await stillHasHash(blob, file.hash))
  )
    return;
  await makeFolder(dirname(blob));
  const own = `${blob}.${ownName()}.incomplete`;
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
      return;
    } catch (error) {
      if (error instanceof HubDownloadError) await rm(own, { force: true });
      // A part from before may have been damaged: once more, from the start.
      const isFinal = error instanceof HubDownloadError ? before === 0 : error instanceof HubError && !canRetry(error);
      if (isFinal || isFileError(error)) throw asDownloadError(error, download);
      failure = error;
      if ((await sizeOf(own)) === before) await wait(200 * 2 ** attempt);
    }
  }
  await rename(own, `${blob}.incomplete`).catch(() => {});
  const size = await sizeOf(`${blob}.incomplete`);
  throw new HubDownloadError(
    `Downloading ${repository.name}/${file.path} failed ${maxAttempts} times (${reasonOf(failure)}); ${size} of ${file.size} bytes have arrived. Run it again to continue from there.`,
    { cause: failure },
  );
}

/** A busy hub has been asked several times already. */
const canRetry = (error: HubError) => error instanceof UnreachableError && !error.answered;

function asDownloadError(error: unknown, { repository, file }: Download): unknown {
  if (!(error instanceof UnreachableError)) return error;
  return new HubDownloadError(
    `${repository.name}/${file.path} could not be downloaded: ${error.message}. Try again later; what has arrived is kept.`,
    { cause: error },
  );
}

// Two processes may want the same file, in one container each with one cache. Each writes its own
// part; one that is left behind is taken by whoever renames it first.
const ownHost = () => hostname().replace(/[^A-Za-z0-9]/g, '');
const ownName = () => `${ownHost()}-${process.pid}-${threadId}`;

/** `<blob>.incomplete`, and those of processes that are no more. */
async function partsLeftBehind(blob: string): Promise<string[]> {
  const start = `${basename(blob)}.`;
  const left: string[] = [];
  for (const name of await readdir(dirname(blob))) {
    if (!name.startsWith(start) || !name.endsWith('.incomplete')) continue;
    const path = join(dirname(blob), name);
    const owner = name.slice(start.length, -'.incomplete'.length);
    if (owner === ownName() || (await isAtWork(owner, path))) continue;
    left.push(path);
  }
  return left;
}

async function isAtWork(owner: string, path: string): Promise<boolean> {
  const [, host, pid] = /^(\w*)-(\d+)-\d+$/.exec(owner) ?? [];
  if (host === ownHost() && !isAlive(Number(pid))) return false;
  // The name alone, or one that other programs gave: whoever comes may have it.
  if (host === undefined) return false;
  return Date.now() - (await modifiedAt(path)) < abandonedMilliseconds;
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
      `${repository.name}/${file.path} has ${file.size} bytes on the hub; ${size} arrived. The download was discarded; try again.`,
    );
  if (await hasHash(path, file.hash)) return;
  throw new HubDownloadError(
    `${repository.name}/${file.path} arrived damaged (its checksum differs from the hub's). The download was discarded; try again.`,
  );
}
