import { whyUnwritten } from '@attune/platform';
import { SaveError } from '../errors.ts';

/**
 * Runs a function that writes to `folder`, and turns a failure into an error that names the folder
 * and says what to do.
 *
 * @throws SaveError
 */
export async function withSaveErrors(folder: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    if (cause instanceof SaveError) throw cause;
    throw new SaveError(`could not write to ${folder}: ${whyUnwritten(cause)}. Choose another outputDir.`, { cause });
  }
}
