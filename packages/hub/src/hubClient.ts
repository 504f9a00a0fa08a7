import { route } from '#platform';
import { askForContent, questioner } from './ask.ts';
import { HubError, UnreachableError } from './errors.ts';
import type { HubSettings, RemoteFile } from './platform/platform.ts';
import { fileAddress, isCommit, isContentHash } from './repository.ts';
import type { Repository } from './repository.ts';

/** The files of a repository at one commit. */
export interface RemoteSnapshot {
  readonly commit: string;
  readonly files: ReadonlyMap<string, RemoteFile>;
}

const rememberMilliseconds = 30_000;
/** A list of files comes in pages of a thousand; one that has more of them than this never ends. */
const mostPages = 500;
const snapshots = new Map<string, { until: number; snapshot: Promise<RemoteSnapshot> }>();
const unreachable = new Map<string, { until: number; error: UnreachableError }>();

/**
 * What the hub has at a revision. Answers, and that there was none, are remembered for half a
 * minute: a checkpoint is several files, and each would ask (or wait) again.
 */
export async function remoteSnapshot(repository: Repository, settings: HubSettings): Promise<RemoteSnapshot> {
  const { endpoint, authorization } = settings;
  const key = JSON.stringify([endpoint, await authorization(), repository]);
  // Whoever sets a proxy after a failure is not told of that failure again.
  const way = endpoint + (await route(endpoint)).through;
  for (const memory of [way, key]) {
    const dead = unreachable.get(memory);
    if (dead && dead.until > Date.now()) throw dead.error;
  }
  const known = snapshots.get(key);
  if (known && known.until > Date.now()) return known.snapshot;
  const snapshot = askForSnapshot(repository, settings);
  snapshots.set(key, { until: Date.now() + rememberMilliseconds, snapshot });
  snapshot.catch((error: unknown) => {
    snapshots.delete(key);
    if (!(error instanceof UnreachableError)) return;
    // A hub that answers may do better for another repository.
    unreachable.set(error.answered ? key : way, { until: Date.now() + rememberMilliseconds, error });
  });
  return snapshot;
}

/** Forgets every answer. */
export function forgetAnswers(): void {
  snapshots.clear();
  unreachable.clear();
}

async function askForSnapshot(repository: Repository, settings: HubSettings): Promise<RemoteSnapshot> {
  const { endpoint } = settings;
  const ask = questioner(repository, settings);
  const answer = await ask(
    `${endpoint}/api/${repository.type}s/${repository.name}/revision/${encodeURIComponent(repository.revision)}`,
  );
  const { sha } = ((await readJson(answer, endpoint)) ?? {}) as { sha?: unknown };
  // The commit becomes a folder of the cache.
  if (!isCommit(sha) || (isCommit(repository.revision) && sha !== repository.revision))
    throw oddAnswer(endpoint, 'its answer names no commit');
  try {
    return { commit: sha, files: await askForFiles(repository, sha, endpoint, ask) };
  } catch (error) {
    if (error instanceof HubError) throw error;
    // Anything else comes from reading an answer of another shape.
    throw oddAnswer(endpoint, 'its list of files cannot be read', error);
  }
}

const oddAnswer = (endpoint: string, what: string, cause?: unknown) =>
  new UnreachableError(`${endpoint} answers, but not as a hub does (${what})`, { answered: true, cause });

async function askForFiles(
  { type, name }: Repository,
  commit: string,
  endpoint: string,
  ask: typeof fetch,
): Promise<Map<string, RemoteFile>> {
  const pages = new Set<string>();
  const askForPage: typeof fetch = (address, options) => {
    if (pages.has(String(address)) || pages.size >= mostPages)
      throw new HubError(`${endpoint}: the list of files of '${name}' does not end.`);
    pages.add(String(address));
    return ask(address, options);
  };
  const { listFiles } = await import('@huggingface/hub');
  const files = new Map<string, RemoteFile>();
  const repo = { type, name };
  for await (const entry of listFiles({
    repo,
    recursive: true,
    revision: commit,
    hubUrl: endpoint,
    fetch: askForPage,
  })) {
    if (entry.type !== 'file') continue;
    const { path } = entry;
    const size = entry.lfs?.size ?? entry.size;
    const hash = entry.lfs?.oid ?? entry.oid;
    if (typeof path !== 'string' || !Number.isSafeInteger(size) || size < 0 || !isContentHash(hash))
      throw oddAnswer(endpoint, 'a file in its list has no path, size or hash');
    files.set(path, { path, size, hash });
  }
  return files;
}

async function readJson(answer: Response, endpoint: string): Promise<unknown> {
  try {
    return await answer.json();
  } catch (error) {
    throw new UnreachableError(`${endpoint} answers with something that is not JSON (a log-in page of the network?)`, {
      cause: error,
    });
  }
}

/** Asks for a file's content from `offset` on. */
export function contentRequest(
  repository: Repository,
  commit: string,
  filename: string,
  settings: HubSettings,
): (offset: number) => Promise<Response> {
  const address = fileAddress(settings.endpoint, repository, commit, filename);
  return (offset) => askForContent(repository, settings, address, offset);
}
