import { SaveError } from '../errors.ts';
import type { Files, Terminal } from './platform.ts';

export const terminal: Terminal = { writeLine: (line) => console.info(line) };

const refuse = () =>
  Promise.reject(
    new SaveError(
      'a page has no folders to save to: use saveStrategy: "no" and read the weights with model.stateDict()',
    ),
  );

/** A page has none. */
export const homeFolder = (): string | null => null;

export const files: Files = {
  makeFolder: refuse,
  writeFile: refuse,
  readFile: refuse,
  list: () => Promise.resolve([]),
  replaceFolder: refuse,
  removeFolder: refuse,
  writtenAt: refuse,
  checksum: refuse,
};
