import { SaveError } from '../errors.ts';
import type { Files, Terminal } from './platform.ts';

export const terminal: Terminal = { isTerminal: false, writeLine: (line) => console.info(line) };

const refuse = () =>
  Promise.reject(
    new SaveError(
      'a page has no folders to save to: use saveStrategy: "no" and read the weights with model.stateDict()',
    ),
  );

export const files: Files = {
  makeFolder: refuse,
  writeFile: refuse,
  readFile: refuse,
  list: () => Promise.resolve([]),
  replaceFolder: refuse,
  removeFolder: refuse,
  checksum: refuse,
};

/** A page shows progress through callbacks; there is no bar. */
export function createBar(_total: number, _format: string) {
  return {
    update: (_value: number, _fields: Record<string, string>) => {},
    writeLine: terminal.writeLine,
    stop: () => {},
  };
}
