import { HubAccessError, HubNotFoundError, UnreachableError } from './errors.ts';
import type { HubSettings, RemoteFile } from './platform/platform.ts';
import { fileAddress } from './repository.ts';
import type { Repository } from './repository.ts';

/** The files of a repository at one commit. */
export interface RemoteSnapshot {
  readonly commit: string;
  readonly files: ReadonlyMap<string, RemoteFile>;
}

const rememberMilliseconds = 30_000;
const snapshots = new Map<string, { until: number; snapshot: Promise<RemoteSnapshot> }>();
const unreachable = new Map<string, { until: number; error: UnreachableError }>();

/**
 * What the hub has at a revision. Answers, and that there was none, are remembered for half a
 * minute: a checkpoint is several files, and each would ask (or wait) again.
 */
export async function remoteSnapshot(repository: Repository, settings: HubSettings): Promise<RemoteSnapshot> {
  const { endpoint, token } = settings;
  const dead = unreachable.get(endpoint);
  if (dead && dead.until > Date.now()) throw dead.error;
  const key = JSON.stringify([endpoint, token, repository]);
  const known = snapshots.get(key);
  if (known && known.until > Date.now()) return known.snapshot;
  const snapshot = askForSnapshot(repository, settings);
  snapshots.set(key, { until: Date.now() + rememberMilliseconds, snapshot });
  snapshot.catch((error: unknown) => {
    snapshots.delete(key);
    if (error instanceof UnreachableError)
      unreachable.set(endpoint, { until: Date.now() + rememberMilliseconds, error });
  });
  return snapshot;
}

/** Forgets every answer. */
export function forgetAnswers(): void {
  snapshots.clear();
  unreachable.clear();
}

async function askForSnapshot(repository: Repository, settings: HubSettings): Promise<RemoteSnapshot> {
  const ask = asker(repository, settings);
  const answer = await ask(
    `${settings.endpoint}/api/${repository.type}s/${repository.name}/revision/${encodeURIComponent(repository.revision)}`,
  );
  const { sha } = (await readJson(answer, settings)) as { sha?: unknown };
  if (typeof sha !== 'string') throw new UnreachableError(`${settings.endpoint} answers, but not as a hub does`);
  const { listFiles } = await import('@huggingface/hub');
  const files = new Map<string, RemoteFile>();
  const repo = { type: repository.type, name: repository.name };
  for await (const { type, path, size, oid, lfs } of listFiles({
    repo,
    recursive: true,
    revision: sha,
    hubUrl: settings.endpoint,
    fetch: ask,
  })) {
    const hash = lfs?.oid ?? oid;
    if (type === 'file' && hash && /^[0-9a-f]{40,64}$/.test(hash))
      files.set(path, { path, size: lfs?.size ?? size, hash });
  }
  return { commit: sha, files };
}

async function readJson(answer: Response, { endpoint }: HubSettings): Promise<unknown> {
  try {
    return await answer.json();
  } catch (error) {
    throw new UnreachableError(`${endpoint} answers with something that is not JSON (a log-in page of the network?)`, {
      cause: error,
    });
  }
}

/** `fetch` with the token, a time limit until the answer begins, and our errors. */
function asker(repository: Repository, { endpoint, token, answerTimeout }: HubSettings): typeof fetch {
  return async (address, options) => {
    const headers = new Headers(options?.headers);
    if (token) headers.set('authorization', `Bearer ${token}`);
    const limit = new AbortController();
    const timer = setTimeout(
      () => limit.abort(new Error(`no answer within ${answerTimeout / 1000} seconds`)),
      answerTimeout,
    );
    let answer: Response;
    try {
      answer = await fetch(address, { ...options, headers, signal: limit.signal });
    } catch (error) {
      throw new UnreachableError(`${endpoint} cannot be reached: ${reasonOf(error)}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
    if (!answer.ok) throw await refusal(answer, repository, endpoint, token !== undefined);
    return answer;
  };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ('code' in cause ? String(cause.code) : cause.name);
}

async function refusal(
  answer: Response,
  { name, type, revision }: Repository,
  endpoint: string,
  hasToken: boolean,
): Promise<Error> {
  await answer.body?.cancel();
  const code = answer.headers.get('x-error-code');
  const what = `${type} '${name}'`;
  if (code === 'RevisionNotFound')
    return new HubNotFoundError(`The ${what} has no branch, tag or commit '${revision}'.`, { missing: 'revision' });
  if (code === 'GatedRepo' || answer.status === 403) {
    return new HubAccessError(
      `${endpoint} does not give out the ${what}: accept its terms on its page, and set HF_TOKEN to a token of your account.`,
    );
  }
  if (answer.status === 404 || answer.status === 401) {
    const hint = hasToken
      ? 'or HF_TOKEN gives no access to it'
      : 'or it is private: then set HF_TOKEN to a token that may read it';
    return new HubNotFoundError(
      `There is no ${what} on ${endpoint}, ${hint}. There is no folder of that name here either.`,
      {
        missing: 'repository',
      },
    );
  }
  return new UnreachableError(`${endpoint} answers with status ${answer.status}`);
}

/** Asks for a file's content from `offset` on. */
export function contentRequest(
  repository: Repository,
  commit: string,
  filename: string,
  settings: HubSettings,
): (offset: number) => Promise<Response> {
  // A download goes through other servers than a question: they get more time to begin.
  const ask = asker(repository, { ...settings, answerTimeout: Math.max(30_000, settings.answerTimeout) });
  const address = fileAddress(settings.endpoint, repository, commit, filename);
  return (offset) => ask(address, { headers: offset > 0 ? { range: `bytes=${offset}-` } : {} });
}
