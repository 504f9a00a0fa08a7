// An entry without progress lines: some bundlers load everything that an index exports.
export { isAddress, whyUnwritten, writeFilesAtomic } from '#platform';
export type { FileContent } from './platform/platform.ts';
