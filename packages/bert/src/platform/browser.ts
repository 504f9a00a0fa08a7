import type { Platform } from './platform.ts';

export const readBytes: Platform['readBytes'] = async (path) => {
  throw new Error(`Cannot read '${path}': a browser has no file system. Load the model by its hub name or an address.`);
};

export const writeFiles: Platform['writeFiles'] = async (folder) => {
  throw new Error(`Cannot write '${folder}': a browser has no file system. Take the contents from files() and offer them as downloads.`);
};
