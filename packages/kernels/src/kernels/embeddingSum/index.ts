export { embeddingBackward } from './backward.ts';
export { embeddingSum } from './forward.ts';
export type { EmbeddingBackwardOptions, EmbeddingSumOptions } from './options.ts';
