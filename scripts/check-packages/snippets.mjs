import { readFileSync } from 'node:fs';

/**
 * The blocks of code of a page, in order: `js` and `ts`, which run or compile as they stand. One
 * whose fence says `offline` runs without the hub.
 */
export function snippets(path) {
  return Array.from(
    readFileSync(path, 'utf8').matchAll(/^```(js|ts)( offline)?\n(.*?)^```$/gms),
    ([, language, offline, code]) => ({
      language,
      offline: offline !== undefined,
      code,
    }),
  );
}
