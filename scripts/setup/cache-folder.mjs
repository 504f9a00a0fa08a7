import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Attune's folder in a user's cache.
 * @param {{ XDG_CACHE_HOME?: string }} env
 * @param {string} home the user's folder
 * @param {{ join: typeof join }} paths of this system, or of another
 */
export const cacheFolderOf = (env, home, paths) =>
  paths.join(env.XDG_CACHE_HOME || paths.join(home, '.cache'), 'attune');

/** Attune's own folder for what the setup fetches; nothing outside it and the clone is changed. */
export const cacheFolder = cacheFolderOf(process.env, homedir(), { join });
