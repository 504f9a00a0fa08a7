import type { Platform, Screen } from './platform.ts';
import { TerminalScreen } from './terminalScreen.ts';

export { whyUnwritten } from './whyUnwritten.ts';
export { makeFolder, writeFileAtomic, writeFilesAtomic } from './writeFiles.ts';

export const screen: Screen = new TerminalScreen(process.stderr, process.stdout);

/** Whether a name is an address on a server: `https://…`; in a page `/…`, `./…` and `../…` too. */
export const isAddress: Platform['isAddress'] = (name) => /^https?:\/\//.test(name);

export const every: Platform['every'] = (milliseconds, callback) => {
  const timer = setInterval(callback, milliseconds).unref();
  return () => clearInterval(timer);
};
