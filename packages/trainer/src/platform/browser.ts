import { SaveError } from '../errors.ts';
import type { Files, InterruptibleRun, Interruption, Machine, Terminal } from './platform.ts';

export const terminal: Terminal = { writeLine: (line) => console.info(line) };

export const output: Terminal = { writeLine: (line) => console.log(line) };

const refuse = () =>
  Promise.reject(
    new SaveError(
      'a page has no folders to save to: use saveStrategy: "no", and offer model.files() and tokenizer.files(), which give the ' +
        'name and content of each file, as downloads',
    ),
  );

/** A page has none. */
export const homeFolder = (): string | null => null;

/** A page does not know its own. */
export const machine = (): Machine | null => null;

/** A page does not know them. */
export const versions = (): Readonly<Record<string, string>> => ({});

/** A page has none. */
export const environment = (_name: string): string | undefined => undefined;

/** A page has none. */
export const temporaryFolder = (): string | null => null;

/** A page is closed without a word. */
export const onInterruption = (_run: InterruptibleRun): Interruption => ({
  signal: null,
  leave: () => '',
  [Symbol.dispose]() {},
});

export const files: Files = {
  makeFolder: refuse,
  writeFile: refuse,
  appendFile: refuse,
  readFile: refuse,
  list: () => Promise.resolve([]),
  replaceFolder: refuse,
  removeFolder: refuse,
  writtenAt: refuse,
  checksum: refuse,
};
