import type { Platform } from './platform.ts';

export const writeFiles: Platform['writeFiles'] = async (folder) => {
  throw new Error(
    `Cannot write '${folder}': a browser has no file system. Take the contents from files() and offer them as downloads.`,
  );
};
