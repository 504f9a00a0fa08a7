import { messageOf, nearestName, requireArgument, text } from '@attune/validate';
import { findInFolder, isFolder, listFolder, openCache, readBytes, settings as readSettings } from '#platform';
import { progressLine } from '@attune/platform';
import { HubError, HubNotFoundError } from './errors.ts';
import { contentRequest } from './hubClient.ts';
import { requireHubArguments } from './options.ts';
import type { ResolveFolderOptions, ResolveOptions } from './options.ts';
import type { DownloadProgress, ResolvedFile } from './platform/platform.ts';
import { requireFilename, isCommit, parseRepository } from './repository.ts';
import { damagedOffline, missingOffline, offline, openSource } from './source.ts';
import type { Source } from './source.ts';

/** A longer list is not searched for a name similar to the missing one. */
const mostSuggested = 1000;

/**
 * A file of a model or dataset, by name or folder. A folder is used if it exists; otherwise the
 * name is one on the hub, and the file comes from the cache or is downloaded into it. Without a
 * network the cached copy is used.
 *
 * A copy whose size or checksum differs from the hub's is downloaded again.
 *
 * Environment in Node, as in Python: HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME, HF_ENDPOINT,
 * HF_HUB_OFFLINE, HF_HUB_ETAG_TIMEOUT (seconds); the token from HF_TOKEN, HUGGING_FACE_HUB_TOKEN or
 * the file of `hf auth login` (HF_TOKEN_PATH); HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY.
 *
 * @param filename path inside the repository or folder, with '/'
 * @returns where it is; in a browser, its bytes
 * @throws HubNotFoundError, HubOfflineError, HubAccessError, HubDownloadError
 */
export async function resolveFile(
  nameOrFolder: string,
  filename: string,
  options: ResolveOptions = {},
): Promise<ResolvedFile> {
  return resolve('resolveFile', nameOrFolder, filename, options);
}

async function resolve(where: string, nameOrFolder: string, filename: string, options: ResolveOptions) {
  requireHubArguments(where, nameOrFolder, options);
  requireArgument(where, 'filename', filename, text, HubError);
  requireFilename(filename);
  if (await isFolder(nameOrFolder)) {
    const found = await findInFolder(nameOrFolder, filename);
    if (!found)
      throw new HubNotFoundError(`The folder '${nameOrFolder}' has no file '${filename}'`, { missing: 'file' });
    return found;
  }
  const pinned = await findPinned(nameOrFolder, filename, options);
  return pinned ?? takeFile(await openSource(nameOrFolder, options), filename, options);
}

/** A commit never changes: its cached files need no request. */
async function findPinned(name: string, filename: string, options: ResolveOptions): Promise<ResolvedFile | undefined> {
  if (options.forceDownload || !isCommit(options.revision)) return undefined;
  const repository = parseRepository(name, options.repoType ?? 'model', options.revision);
  const found = await openCache(options.cacheDir).find(repository, options.revision, filename);
  return typeof found === 'string' ? undefined : found;
}

async function takeFile(source: Source, filename: string, options: ResolveOptions): Promise<ResolvedFile> {
  const { repository, cache, commit, remote } = source;
  const { forceDownload = false } = options;
  const file = remote?.files.get(filename);
  const cached = commit && !forceDownload ? await cache.find(repository, commit, filename, file) : undefined;
  if (cached && typeof cached !== 'string') return cached;
  if (!remote && cached === 'damaged') throw damagedOffline(source, filename);
  if (!remote && cached !== 'absent') throw await missingOffline(source, filename);
  if (!remote || !file) {
    const nearest = remote && remote.files.size <= mostSuggested && nearestName(filename, [...remote.files.keys()]);
    if (remote) await cache.markAbsent(repository, remote.commit, filename);
    throw new HubNotFoundError(
      `The ${repository.type} '${repository.name}' has no file '${filename}' at '${repository.revision}'${nearest ? `; did you mean '${nearest}'?` : ''}`,
      { missing: 'file' },
    );
  }
  const request = contentRequest(repository, remote.commit, filename, readSettings());
  const label = `${repository.name}/${file.path}`;
  const line = options.onProgress
    ? null
    : progressLine({ label: `Downloading ${label}`, total: file.size, unit: 'bytes' });
  const onProgress = options.onProgress
    ? guarded(options.onProgress)
    : ({ loadedBytes }: DownloadProgress) => line?.update(loadedBytes);
  try {
    const stored = await cache.store(remote.commit, { repository, file, force: forceDownload, request, onProgress });
    line?.stop(`Downloaded ${label}.`);
    return stored;
  } finally {
    line?.stop();
  }
}

/**
 * An error thrown by a user's function ends the download, and is not taken for a broken connection.
 */
function guarded(onProgress: (progress: DownloadProgress) => void): (progress: DownloadProgress) => void {
  return (progress) => {
    try {
      onProgress(progress);
    } catch (error) {
      throw new HubError(`onProgress failed: ${messageOf(error)}`, {
        cause: error,
      });
    }
  };
}

/**
 * The bytes of a file, by name or folder: `resolveFile` and read.
 *
 * @throws as resolveFile
 */
export async function readHubFile(
  nameOrFolder: string,
  filename: string,
  options: ResolveOptions = {},
): Promise<Uint8Array> {
  return readBytes(await resolve('readHubFile', nameOrFolder, filename, options));
}

/**
 * The paths of all files of a model or dataset, sorted. Without a network: of those in the cache.
 *
 * @throws HubNotFoundError, HubOfflineError, HubAccessError
 */
export async function listFiles(nameOrFolder: string, options: ResolveOptions = {}): Promise<string[]> {
  requireHubArguments('listFiles', nameOrFolder, options);
  if (await isFolder(nameOrFolder)) return listFolder(nameOrFolder);
  const source = await openSource(nameOrFolder, options);
  if (source.remote) {
    const files = [...source.remote.files.keys()].sort();
    files.forEach(requireFilename);
    return files;
  }
  const here = source.commit ? await source.cache.list(source.repository, source.commit) : [];
  if (here.length === 0) throw offline(source);
  return here;
}

/** A folder, or a repository whose files are present. */
export interface ResolvedFolder {
  /** The folder; undefined in a browser, where files are read one by one with `readHubFile`. */
  readonly path: string | undefined;
  /** The wanted files in it, as paths with '/'. */
  readonly files: readonly string[];
}

/**
 * A folder with the wanted files of a model or dataset, downloaded if need be.
 *
 * @throws as resolveFile
 */
export async function resolveFolder(nameOrFolder: string, options: ResolveFolderOptions = {}): Promise<ResolvedFolder> {
  requireHubArguments('resolveFolder', nameOrFolder, options);
  const include = options.include ?? (() => true);
  if (await isFolder(nameOrFolder))
    return { path: nameOrFolder, files: (await listFolder(nameOrFolder)).filter(include) };
  const source = await openSource(nameOrFolder, options);
  const here = source.commit ? await source.cache.list(source.repository, source.commit) : [];
  const files = (source.remote ? [...source.remote.files.keys()].sort() : here).filter(include);
  if (!source.remote && files.length === 0) throw offline(source);
  for (const file of files) {
    requireFilename(file);
    await takeFile(source, file, options);
  }
  return { path: source.commit && source.cache.folder(source.repository, source.commit), files };
}
