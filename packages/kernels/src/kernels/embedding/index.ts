export { embeddingSum } from './embeddingSum.ts';
export type { EmbeddingSumOptions } from './embeddingSum.ts';
