import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const rootFolder = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The clone in the code of modules, where a backslash of Windows would stand for something else. */
export const rootInCode = rootFolder.replaceAll('\\', '/');
