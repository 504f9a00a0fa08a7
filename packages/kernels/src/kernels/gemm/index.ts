export { addGemmCandidates } from './addGemmCandidates.ts';
export { gemm } from './forward.ts';
export type { GemmBatch, GemmLayout, GemmOptions, GemmTileSize, GemmVariant } from './options.ts';
