import { HubError, HubNotFoundError } from './errors.ts';

export type RepoType = 'model' | 'dataset';

/** A repository on a hub, at a branch, tag or commit. */
export interface Repository {
  readonly type: RepoType;
  /** `name` or `owner/name`. */
  readonly name: string;
  readonly revision: string;
}

export function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

/**
 * @throws HubNotFoundError when the text cannot be a hub name: then a folder was meant, and it is
 *   not there
 */
export function parseRepository(name: string, type: RepoType, revision: string): Repository {
  const isName =
    /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9_][\w.-]*)?$/.test(name) && !name.includes('..') && !name.includes('--');
  if (!isName) {
    throw new HubNotFoundError(
      `'${name}' is no folder on this machine, and no name on the hub either (a name looks like 'bert-base-uncased' or 'owner/name').`,
      {
        missing: 'folder',
      },
    );
  }
  if (!/^[\w.][\w./-]*$/.test(revision) || revision.includes('..'))
    throw new HubError(`'${revision}' is no branch, tag or commit of '${name}'.`);
  return { name, type, revision };
}

/** File names are put behind a folder: nothing may lead out of it. */
export function checkFilename(filename: string): void {
  const parts = filename.split('/');
  if (
    filename === '' ||
    filename.includes('\\') ||
    filename.includes('\0') ||
    /^[A-Za-z]:/.test(filename) ||
    parts.some((part) => part === '' || part === '.' || part === '..')
  ) {
    throw new HubError(
      `'${filename}' is no file name: expected a path inside the repository or folder, such as 'config.json' or 'mrpc/train.parquet'.`,
    );
  }
}

/** Address of a file's content. */
export function fileAddress(endpoint: string, { type, name }: Repository, revision: string, filename: string): string {
  const path = filename.split('/').map(encodeURIComponent).join('/');
  return `${endpoint}/${type === 'model' ? '' : `${type}s/`}${name}/resolve/${encodeURIComponent(revision)}/${path}`;
}
