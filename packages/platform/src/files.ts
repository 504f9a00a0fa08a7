// Without progress lines, which some bundlers would load with whatever the index names.
export { isAddress, writeFilesAtomic } from '#platform';
export type { FileContent } from './platform/platform.ts';
