import { HubError, HubNotFoundError } from './errors.ts';

/** What a repository on a hub holds. */
export type RepoType = 'model' | 'dataset';

/** A repository on a hub, at a branch, tag or commit. */
export interface Repository {
  readonly type: RepoType;
  /** `name` or `owner/name`. */
  readonly name: string;
  readonly revision: string;
}

export function isCommit(revision: unknown): revision is string {
  return typeof revision === 'string' && /^[0-9a-f]{40}$/.test(revision);
}

/** SHA-256 of a content, or Git's SHA-1 of it as a blob: the name of its file in the cache. */
export function isContentHash(hash: unknown): hash is string {
  return typeof hash === 'string' && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash);
}

/** Whether a text can be a name on a hub, which may be a folder here too. */
export function isHubName(name: string): boolean {
  const parts = name.split('/');
  return (
    parts.length <= 2 &&
    parts.every((part) => /^(?![.-])[\w.-]{1,96}(?<![.-])$/.test(part)) &&
    !/\.\.|--|\.git$/.test(name)
  );
}

/**
 * @throws HubNotFoundError when the text cannot be a hub name: then a folder was meant, and it is
 *   missing; HubError for what cannot be a revision
 */
export function parseRepository(name: string, type: RepoType, revision: string): Repository {
  if (!isHubName(name)) {
    throw new HubNotFoundError(
      `'${name}' is neither a folder on this machine nor a name on the hub (a name looks like 'bert-base-uncased' or 'owner/name')${hintFor(name)}`,
      { missing: 'folder' },
    );
  }
  const isRevision =
    /^[\w.][\w./@#+=-]*$/.test(revision) && revision.split('/').every((part) => /^(?!\.{1,2}$)./.test(part));
  if (!isRevision || revision.includes('..'))
    throw new HubError(`'${revision}' is not a branch, tag or commit of '${name}'`);
  return { name, type, revision };
}

function hintFor(name: string): string {
  if (/^~($|[\\/])/.test(name)) return ". Only a shell expands '~': give the full path.";
  if (/\.(safetensors|json|txt|bin|gguf|onnx|h5|msgpack)$/i.test(name))
    return '. For a file, give the folder that it is in.';
  const [, path] = /^https?:\/\/[^/]+\/(?:datasets\/)?([\w.-]+(?:\/[\w.-]+)?)/.exec(name) ?? [];
  return path ? `. For an address, give only the name: '${path}'.` : '';
}

/**
 * Checks a file name that is appended to a folder: it must not lead out of it, on Windows either.
 *
 * @throws HubError
 */
export function requireFilename(filename: string): void {
  const leadsOut =
    /[\\\0]/.test(filename) ||
    /^[A-Za-z]:/.test(filename) ||
    filename.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (leadsOut) {
    throw new HubError(
      `'${filename}' is not a file name: give a path inside the repository or folder, such as 'config.json' or 'mrpc/train.parquet'`,
    );
  }
}

/** Address of a file's content. */
export function fileAddress(endpoint: string, { type, name }: Repository, revision: string, filename: string): string {
  const path = filename.split('/').map(encodeURIComponent).join('/');
  return `${endpoint}/${type === 'model' ? '' : `${type}s/`}${name}/resolve/${encodeURIComponent(revision)}/${path}`;
}
