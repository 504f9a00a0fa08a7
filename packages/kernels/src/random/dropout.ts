import type { GpuArray } from '../memory/gpuArray.ts';

/** Where random bits come from: the same key gives the same bits. */
export interface RandomKey {
  /** u32[4]: seed, update, 0, 0. Written by the host once per update. */
  readonly state: GpuArray;
  /**
   * u32 for each row: index of the example in the update shifted left by 16, plus the position of
   * the token in its sequence.
   */
  readonly tokenKeys: GpuArray;
}

/** What determines a dropout mask. */
export interface DropoutOptions {
  /** Probability that an element becomes zero, in [0, 1). */
  readonly probability: number;
  /** A number that is unique among the dropouts of the model. */
  readonly site: number;
  /** Seed, update and keys of the rows. */
  readonly random: RandomKey;
}

/**
 * Kernel parameters of a dropout: the threshold of the random words, and the scale of kept
 * elements.
 */
export function dropoutParameters(probability: number): { threshold: number; keptScale: number } {
  return { threshold: Math.min(0xffffffff, Math.round(probability * 2 ** 32)), keptScale: 1 / (1 - probability) };
}
