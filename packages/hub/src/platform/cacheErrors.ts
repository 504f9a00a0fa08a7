import { HubError } from '../errors.ts';

/** Errors of the file system; those of a network have other codes. */
const fileErrors: ReadonlySet<unknown> = new Set(
  (
    'EACCES EBUSY EDQUOT EEXIST EFBIG EINVAL EIO EISDIR ELOOP EMFILE ENAMETOOLONG ENFILE ' +
    'ENOENT ENOSPC ENOTDIR ENOTEMPTY EPERM EROFS ERR_INVALID_ARG_VALUE'
  ).split(' '),
);

// By its code alone: in Jest the errors of Node are no `instanceof Error`.
export const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  fileErrors.has((error as Partial<NodeJS.ErrnoException> | null)?.code);

/** Does work in the cache folder. @throws HubError that says what to do where it refuses */
export async function inCache<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFileError(error)) throw error;
    const full = error.code === 'ENOSPC' || error.code === 'EDQUOT';
    throw new HubError(
      `The cache folder '${root}' ${full ? 'has no room left' : 'cannot be used'} (${error.message}). ` +
        'Set HF_HUB_CACHE (or HF_HOME) to a writable folder, or pass one as cacheDir.',
      { cause: error },
    );
  }
}
