export { gemm } from './forward.ts';
export type { GemmBatch, GemmColumnSums, GemmLayout, GemmOptions, GemmTileSize, GemmVariant } from './options.ts';
