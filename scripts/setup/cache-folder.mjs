import { homedir } from 'node:os';
import { join } from 'node:path';

/** Attune's own folder for what the setup fetches; nothing outside it and the clone is changed. */
export const cacheFolder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'attune');
