import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const rootFolder = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
