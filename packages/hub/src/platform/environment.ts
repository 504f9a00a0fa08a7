import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { HubError } from '../errors.ts';
import type { HubSettings } from './platform.ts';

const truthy = (value: string | undefined) => value !== undefined && /^(1|on|yes|true)$/i.test(value);

export const expandHome = (path: string) => (/^~($|[/\\])/.test(path) ? join(homedir(), path.slice(1)) : path);

/** A path of the environment with `~`, `$NAME` and `${NAME}` filled in, as Python does. */
function expandPath(path: string): string {
  const filledIn = (written: string, name?: string, braced?: string) => process.env[name ?? braced ?? ''] ?? written;
  return expandHome(path).replace(/\$(?:(\w+)|\{([^}]*)\})/g, filledIn);
}

/** Where Python's `huggingface_hub` keeps what is its own. */
function homeFolder(): string {
  const { HF_HOME, XDG_CACHE_HOME } = process.env;
  return expandPath(HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface'));
}

/** Where Python's `huggingface_hub` keeps its files. */
export function cacheFolder(): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE } = process.env;
  return expandPath(HF_HUB_CACHE || HUGGINGFACE_HUB_CACHE || join(homeFolder(), 'hub'));
}

/** @throws HubError where HF_ENDPOINT is not an address */
export function readSettings(): HubSettings {
  const { HF_ENDPOINT, HF_HUB_ETAG_TIMEOUT } = process.env;
  const { endpoint, authorization } = readEndpoint(HF_ENDPOINT?.trim() || 'https://huggingface.co');
  return {
    endpoint,
    async authorization() {
      const token = await findToken();
      return token === undefined ? authorization : `Bearer ${token}`;
    },
    offline: offlineVariable(process.env),
    answerTimeout: 1000 * seconds('HF_HUB_ETAG_TIMEOUT', HF_HUB_ETAG_TIMEOUT, 5),
  };
}

/** The older name counts only where the newer says nothing: HF_HUB_OFFLINE=0 overrides it. */
function offlineVariable({ HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE }: NodeJS.ProcessEnv): string | undefined {
  if (HF_HUB_OFFLINE) return truthy(HF_HUB_OFFLINE) ? 'HF_HUB_OFFLINE' : undefined;
  return truthy(TRANSFORMERS_OFFLINE) ? 'TRANSFORMERS_OFFLINE' : undefined;
}

function seconds(name: string, text: string | undefined, fallback: number): number {
  if (!text?.trim()) return fallback;
  const value = Number(text);
  // More is more than a timer of Node can hold.
  if (value > 0 && value <= 86_400) return value;
  throw new HubError(`${name} must be a number of seconds, such as ${fallback}; got '${text}'`);
}

function readEndpoint(text: string): { endpoint: string; authorization: string | undefined } {
  // `hub.example:8080` would be an address of the scheme `hub.example:`.
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (!url) {
    const shown = text.replace(/^[^/]*@|(?<=:\/\/)[^/]*@/, '');
    const hint = /^[\w.-]+(:\d+)?(\/|$)/.test(shown) ? `: https://${shown}` : ', such as https://huggingface.co';
    throw new HubError(`HF_ENDPOINT must be an address with http:// or https://${hint}; got '${shown}'`);
  }
  const { username, password } = url;
  url.username = url.password = '';
  const pair = Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64');
  return { endpoint: url.href.replace(/\/+$/, ''), authorization: username === '' ? undefined : `Basic ${pair}` };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function readTokenFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new HubError(`The token of \`hf auth login\` cannot be read (${message})`, { cause: error });
  }
}

/**
 * The token of HF_TOKEN, HUGGING_FACE_HUB_TOKEN or the file that `hf auth login` writes, in this
 * order, as Python's `huggingface_hub` has it (utils/_auth.py).
 *
 * @throws HubError where it cannot be one; the message does not hold it
 */
async function findToken(): Promise<string | undefined> {
  const { HF_TOKEN, HUGGING_FACE_HUB_TOKEN, HF_TOKEN_PATH, HF_HUB_DISABLE_IMPLICIT_TOKEN } = process.env;
  if (truthy(HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined;
  const path = expandPath(HF_TOKEN_PATH || join(homeFolder(), 'token'));
  const sources = [
    ['HF_TOKEN', async () => HF_TOKEN],
    ['HUGGING_FACE_HUB_TOKEN', async () => HUGGING_FACE_HUB_TOKEN],
    [path, () => readTokenFile(path)],
  ] as const;
  for (const [source, read] of sources) {
    const token = (await read())?.replace(/[\r\n]/g, '').trim();
    if (!token) continue;
    const odd = /[^\x21-\x7e]/u.exec(token);
    if (odd) {
      const code = odd[0].codePointAt(0) ?? 0;
      throw new HubError(
        `The token in ${source} holds U+${code.toString(16).toUpperCase().padStart(4, '0')} as its character ${odd.index + 1}, ` +
          'which no token has. Copy it again, without quotation marks or spaces.',
      );
    }
    return token;
  }
  return undefined;
}
