import { posix } from 'node:path';

/** The path that a relative import in file `from` leads to. */
export const resolveRelative = (from, specifier) => posix.normalize(posix.join(posix.dirname(from), specifier));
