import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const rootFolder = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The clone in the code of modules, which reads a backslash of Windows otherwise. */
export const rootInCode = rootFolder.replaceAll('\\', '/');
