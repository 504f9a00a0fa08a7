import { SaveError } from '../errors.ts';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full; make room',
  EDQUOT: 'the disk quota is used up; make room',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file of that name stands in the way',
  ENOENT: 'a folder of that path does not exist and cannot be made',
};

/**
 * Runs a function that writes to `folder`, and turns a failure into an error that names the folder
 * and says what to do.
 *
 * @throws SaveError
 */
export async function saving(folder: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (cause instanceof SaveError) throw cause;
    const { code, message } = cause as { code?: string; message: string };
    throw new SaveError(
      `could not write to ${folder}: ${(code && reasons[code]) ?? message}. Choose another outputDir.`,
      { cause },
    );
  }
}
