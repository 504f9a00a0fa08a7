import type { Gpu } from '../../gpu.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import type { GemmTileSize, GemmVariant } from './options.ts';
import type { GemmTile } from './gemmTile.ts';

/** A variant that `gemm` never takes by itself: callers and the tuner choose it. */
export interface Candidate {
  /** @throws KernelArgumentError for a tile that it does not have, or that does not fit the device */
  readonly tileOf: (gpu: Gpu, size: GemmTileSize) => GemmTile;
  /** Whether a GPU can run it, for operands of which one is in f16, or none. */
  readonly fits: (gpu: Gpu, half: boolean) => boolean;
  /** What a table of measured choices is good for. */
  readonly sources: readonly (WgslFile | string)[];
}

/** By name, once `addGemmCandidates` was called. */
export const candidates = new Map<GemmVariant, Candidate>();
