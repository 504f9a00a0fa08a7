import { openCache, settings as readSettings } from '#platform';
import { HubDownloadError, HubNotFoundError, HubOfflineError, UnreachableError } from './errors.ts';
import type { HubError } from './errors.ts';
import { remoteSnapshot } from './hubClient.ts';
import type { RemoteSnapshot } from './hubClient.ts';
import type { ResolveOptions } from './options.ts';
import type { HubCache } from './platform/platform.ts';
import { parseRepository } from './repository.ts';
import type { Repository } from './repository.ts';

/** Where the files of a hub name come from. */
export interface Source {
  readonly repository: Repository;
  readonly cache: HubCache;
  /** The commit, if anyone knows it. */
  readonly commit: string | undefined;
  /** What the hub has; undefined when it was not reached. */
  readonly remote: RemoteSnapshot | undefined;
  /** Why it was not reached. */
  readonly offlineReason: string;
  readonly cause: unknown;
}

/**
 * Resolves a hub name: asks the hub, or the cache if the hub is out of reach.
 *
 * @throws HubOfflineError for `forceDownload` without the hub; as `parseRepository`
 */
export async function openSource(name: string, options: ResolveOptions): Promise<Source> {
  const repository = parseRepository(name, options.repoType ?? 'model', options.revision ?? 'main');
  const cache = openCache(options.cacheDir);
  const settings = readSettings();
  let offlineReason = options.localFilesOnly ? 'localFilesOnly is set' : `${settings.offline} is set`;
  let cause: unknown;
  if (!settings.offline && !options.localFilesOnly) {
    try {
      const remote = await remoteSnapshot(repository, settings);
      await cache.writeRevision(repository, remote.commit);
      return { repository, cache, commit: remote.commit, remote, offlineReason: '', cause };
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      offlineReason = error.message;
      cause = error;
    }
  }
  if (options.forceDownload)
    throw new HubOfflineError(`'${name}' could not be downloaded again: ${offlineReason}`, { cause });
  return { repository, cache, commit: await cache.readRevision(repository), remote: undefined, offlineReason, cause };
}

/** The error for a file whose cached copy is damaged. */
export function damagedOffline(
  { repository: { type, name }, offlineReason, cause }: Source,
  filename: string,
): HubError {
  return new HubDownloadError(
    `The copy of '${filename}' of the ${type} '${name}' on this machine is damaged (its content is not what was downloaded), ` +
      `and the hub was not asked (${offlineReason}). It is downloaded again once the hub can be reached.`,
    { cause },
  );
}

/** The error for a file that is not in the cache. */
export async function missingOffline(source: Source, filename: string): Promise<HubError> {
  const { repository, cache, commit, offlineReason, cause } = source;
  const here = commit ? await cache.list(repository, commit) : [];
  if (here.length > 0) {
    return new HubNotFoundError(
      `The copy of ${repository.type} '${repository.name}' on this machine has no '${filename}', and the hub was not asked (${offlineReason})`,
      { missing: 'file', offline: true, cause },
    );
  }
  return offline(source);
}

/** The error for a repository of which nothing is in the cache. */
export function offline({ repository, cache, offlineReason, cause }: Source): HubOfflineError {
  const { type, name, revision } = repository;
  const wanted = revision === 'main' ? `'${name}'` : `'${name}' at '${revision}'`;
  const start = `The ${type} ${wanted} is not on this machine, and it could not be downloaded: ${offlineReason}. `;
  if (cause instanceof UnreachableError && cause.answered)
    return new HubOfflineError(`${start}Try again later.`, { cause });
  const contents =
    type === 'model'
      ? 'config.json, model.safetensors and the tokenizer files'
      : 'the tsv, csv, jsonl or Parquet files';
  return new HubOfflineError(start + cache.withoutHub(name, contents), { cause });
}
