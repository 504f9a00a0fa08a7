import type { GpuArray } from '../memory/gpuArray.ts';

/** Where random bits come from: the same key gives the same bits. */
export interface RandomKey {
  /** u32[4]: seed, update, 0, 0. Written by the host once per update. */
  readonly state: GpuArray;
  /**
   * u32 per row: number of the example in the update shifted left by 16, plus the position of the
   * token in its sequence.
   */
  readonly tokenKeys: GpuArray;
}

/** What decides a dropout mask. */
export interface DropoutOptions {
  /** Part of the elements that become zero, in [0, 1). */
  readonly probability: number;
  /** A number that no other dropout of the model has. */
  readonly site: number;
  /** Seed, update and keys of the rows. */
  readonly random: RandomKey;
}

/**
 * Kernel parameters of a dropout: `threshold` on the random words, and the scale of what is kept.
 */
export function dropoutParameters(probability: number): { threshold: number; keptScale: number } {
  return { threshold: Math.min(0xffffffff, Math.round(probability * 2 ** 32)), keptScale: 1 / (1 - probability) };
}
