// Symbol.dispose, for readers whose `lib` is older.
/// <reference lib="esnext.disposable" preserve="true" />
export { isAddress, makeFolder, whyUnwritten, writeFileAtomic, writeFilesAtomic } from '#platform';
export { formatDuration } from './progress/formatDuration.ts';
export { progressLine } from './progress/progressLine.ts';
export type { ProgressLine, ProgressLineOptions } from './progress/progressLine.ts';
export type { Detail, FileContent } from './platform/platform.ts';
export type { AbortSignal, Fetch, Response } from './webTypes.ts';
