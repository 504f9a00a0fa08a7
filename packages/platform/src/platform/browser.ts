import type { Platform, Screen } from './platform.ts';

export const screen: Screen = { isTerminal: false, show() {}, writeLine: (line) => console.info(line) };

export const every: Platform['every'] = (milliseconds, callback) => {
  const timer = setInterval(callback, milliseconds);
  return () => clearInterval(timer);
};

export const isAddress: Platform['isAddress'] = (name) => /^(https?:\/\/|\/|\.\.?\/)/.test(name);

export const whyUnwritten: Platform['whyUnwritten'] = (error) => (error as Error).message;

const refuse = (path: string) =>
  Promise.reject(new Error(`Cannot write '${path}': a page has no folders; offer the contents as downloads`));

export const makeFolder: Platform['makeFolder'] = refuse;
export const writeFileAtomic: Platform['writeFileAtomic'] = refuse;
export const writeFilesAtomic: Platform['writeFilesAtomic'] = refuse;
