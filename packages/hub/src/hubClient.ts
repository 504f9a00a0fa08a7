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
  // A proxy that is set after a failure is tried at once.
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
  new UnreachableError(`${endpoint} does not answer as a hub does (${what})`, { answered: true, cause });

/** An entry of the hub's list of a repository, as it arrives. */
interface TreeEntry {
  readonly type: unknown;
  readonly path: unknown;
  readonly size: number;
  readonly oid: unknown;
  /** Of a large file: its own hash and size, where `oid` is that of a pointer to it. */
  readonly lfs?: { readonly oid: unknown; readonly size: number };
}

/**
 * All files of a commit, from the hub's `tree`: pages, each of which names the next in its Link
 * header (RFC 8288).
 */
async function askForFiles(
  { type, name }: Repository,
  commit: string,
  endpoint: string,
  ask: typeof fetch,
): Promise<Map<string, RemoteFile>> {
  const files = new Map<string, RemoteFile>();
  const pages = new Set<string>();
  let page: string | undefined = `${endpoint}/api/${type}s/${name}/tree/${commit}?recursive=true&expand=false`;
  while (page !== undefined) {
    if (pages.has(page) || pages.size >= mostPages)
      throw new HubError(`${endpoint}: the list of files of '${name}' does not end`);
    pages.add(page);
    const answer = await ask(page, { headers: { accept: 'application/json' } });
    for (const entry of (await readJson(answer, endpoint)) as TreeEntry[]) {
      if (entry.type !== 'file') continue;
      const file = remoteFile(entry);
      if (!file) throw oddAnswer(endpoint, 'a file in its list has no path, size or hash');
      files.set(file.path, file);
    }
    page = nextPage(answer, page);
  }
  return files;
}

function remoteFile({ path, size, oid, lfs }: TreeEntry): RemoteFile | undefined {
  const file = { path, size: lfs?.size ?? size, hash: lfs?.oid ?? oid };
  if (typeof path !== 'string' || !Number.isSafeInteger(file.size) || file.size < 0 || !isContentHash(file.hash))
    return undefined;
  return file as RemoteFile;
}

function nextPage(answer: Response, page: string): string | undefined {
  const next = /<([^>]+)>\s*;\s*rel="?next"?(?:\s*[;,]|\s*$)/.exec(answer.headers.get('link') ?? '')?.[1];
  return next && new URL(next, page).href;
}

async function readJson(answer: Response, endpoint: string): Promise<unknown> {
  try {
    return await answer.json();
  } catch (error) {
    throw new UnreachableError(`${endpoint} answered with something that is not JSON (a log-in page of the network?)`, {
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
