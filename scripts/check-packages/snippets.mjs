import { readFileSync } from 'node:fs';

/** The blocks of code of a page, in order: `js` and `ts`, which run or compile as they stand. */
export function snippets(path) {
  return Array.from(readFileSync(path, 'utf8').matchAll(/^```(js|ts)\n(.*?)^```$/gms), ([, language, code]) => ({
    language,
    code,
  }));
}
