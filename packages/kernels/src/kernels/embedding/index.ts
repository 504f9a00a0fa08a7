export { embeddingBackward } from './embeddingBackward.ts';
export type { EmbeddingBackwardOptions } from './embeddingBackward.ts';
export { embeddingSum } from './embeddingSum.ts';
export type { EmbeddingSumOptions } from './embeddingSum.ts';
export { uploadSegments } from './segmentChunks.ts';
export type { UploadedSegments } from './segmentChunks.ts';
export { segmentIds } from './segmentIds.ts';
export type { IdSegments } from './segmentIds.ts';
