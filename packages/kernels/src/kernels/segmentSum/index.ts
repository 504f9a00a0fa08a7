export { segmentSum } from './forward.ts';
export type { SegmentSumOptions } from './options.ts';
export { uploadSegments } from './segmentChunks.ts';
export type { UploadedSegments } from './segmentChunks.ts';
export { segmentIds } from './segmentIds.ts';
export type { IdSegments } from './segmentIds.ts';
