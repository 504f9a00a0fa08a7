import { route, tell } from '#platform';
import { HubAccessError, HubNotFoundError, UnreachableError } from './errors.ts';
import type { HubError } from './errors.ts';
import { endlessRedirects, reasonOf } from './networkErrors.ts';
import type { HubSettings } from './platform/platform.ts';
import type { Repository } from './repository.ts';
import { isPassing, maxAttempts, wait, waitBefore } from './retry.ts';

/** How long the rest of an answer to a question may take once it has begun, in milliseconds. */
const restTimeout = 30_000;
/** A page of a list of files has a few hundred kilobytes. */
const largestAnswer = 64 * 2 ** 20;

/** What is asked about, and how. */
interface Asking {
  readonly repository: Repository;
  readonly settings: HubSettings;
  /** Whether the answer is waited for until its end: a question, not a download. */
  readonly whole: boolean;
}

/**
 * `fetch` for questions: with the token, time limits, several attempts where the hub is busy, and
 * our errors. The answer has arrived whole.
 */
export function questioner(repository: Repository, settings: HubSettings): typeof fetch {
  return async (address, options) =>
    ask({ repository, settings, whole: true }, String(address), new Headers(options?.headers));
}

/** The same for the content of a file from `offset` on, which the caller reads as it arrives. */
export function askForContent(
  repository: Repository,
  settings: HubSettings,
  address: string,
  offset: number,
): Promise<Response> {
  // A download goes through other servers than a question: they get more time to begin.
  const patient = { ...settings, answerTimeout: Math.max(30_000, settings.answerTimeout) };
  const headers = new Headers(offset > 0 ? { range: `bytes=${offset}-` } : {});
  return ask({ repository, settings: patient, whole: false }, address, headers);
}

async function ask(asking: Asking, address: string, headers: Headers): Promise<Response> {
  const { endpoint, authorization } = asking.settings;
  // A hub's answers name further addresses, a mirror's those of the hub: the token is for the hub
  // alone.
  const token = new URL(address).origin === new URL(endpoint).origin ? await authorization() : undefined;
  if (token) headers.set('authorization', token);
  const { fetch, through } = await route(address);
  for (let attempt = 1; ; attempt++) {
    const answer = await askOnce(asking, { fetch, through }, address, headers);
    if (answer.ok) return answer;
    await answer.body?.cancel();
    if (!isPassing(answer.status)) throw refusal(answer, asking, through, token !== undefined);
    const wanted = answer.headers.get('retry-after');
    const milliseconds = waitBefore(attempt, wanted);
    if (milliseconds === undefined) {
      const tried = attempt > 1 ? `, ${attempt} times` : '';
      const later = wanted && attempt < maxAttempts ? `, and asks for a later attempt (Retry-After: ${wanted})` : '';
      throw new UnreachableError(`${endpoint} answered with status ${answer.status}${through}${tried}${later}`, {
        answered: true,
      });
    }
    if (milliseconds >= 1000) {
      const seconds = Math.ceil(milliseconds / 1000);
      tell(`${endpoint} answered with status ${answer.status}; trying again in ${seconds} s.`);
    }
    await wait(milliseconds);
  }
}

async function askOnce(
  { settings: { endpoint, answerTimeout }, whole }: Asking,
  { fetch, through }: Awaited<ReturnType<typeof route>>,
  address: string,
  headers: Headers,
): Promise<Response> {
  const limit = new AbortController();
  const within = (milliseconds: number, what: string) =>
    setTimeout(() => limit.abort(new Error(`no ${what} within ${milliseconds / 1000} seconds`)), milliseconds);
  let timer = within(answerTimeout, 'answer');
  try {
    const answer = await fetch(address, { headers, signal: limit.signal });
    clearTimeout(timer);
    if (!whole || !answer.ok) return answer;
    timer = within(restTimeout, 'complete answer');
    return new Response(await readWhole(answer), { status: answer.status, headers: answer.headers });
  } catch (error) {
    const reason = reasonOf(error);
    throw new UnreachableError(`${endpoint} cannot be reached${through}: ${reason}`, {
      answered: reason === endlessRedirects,
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function readWhole(answer: Response): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (const reader = answer.body?.getReader(); reader;) {
    const { value, done } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > largestAnswer) throw new Error(`the answer is larger than ${largestAnswer / 2 ** 20} MB`);
    parts.push(value);
  }
  return new Blob(parts);
}

function refusal(
  answer: Response,
  { repository: { name, type, revision }, settings: { endpoint } }: Asking,
  through: string,
  hasToken: boolean,
): HubError {
  const code = answer.headers.get('x-error-code');
  const what = `${type} '${name}'`;
  if (code === 'RevisionNotFound')
    return new HubNotFoundError(`The ${what} has no branch, tag or commit '${revision}'`, { missing: 'revision' });
  if (code === 'GatedRepo' || answer.status === 403) {
    const page = `${endpoint}/${type === 'model' ? '' : `${type}s/`}${name}`;
    const logIn = hasToken ? 'with the account whose token is used here' : `in a browser, then ${howToLogIn}`;
    return new HubAccessError(
      `${endpoint} gives no access to the ${what}${through}: accept its terms on ${page} ${logIn}`,
    );
  }
  if (answer.status === 407)
    return new UnreachableError(`${endpoint} cannot be reached${through}: the proxy requires a name and a password`);
  if (answer.status === 404 || answer.status === 401) {
    const hint = hasToken ? 'or the token used here gives no access to it' : `or it is private: if so, ${howToLogIn}`;
    return new HubNotFoundError(
      `There is no ${what} on ${endpoint}, ${hint}. There is no folder of that name here either.`,
      { missing: 'repository' },
    );
  }
  return new UnreachableError(`${endpoint} answered with status ${answer.status}${through}`, { answered: true });
}

const howToLogIn = 'log in with `hf auth login`, or set HF_TOKEN to a token that may read it';
