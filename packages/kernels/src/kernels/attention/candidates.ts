import type { Gpu } from '../../gpu.ts';
import type { AttentionShape, AttentionVariant } from './options.ts';
import type { PairKernel } from './pairKernel.ts';

/** A variant that attention never takes by itself: callers choose it. */
interface Candidate {
  /** What it needs and the device or a head of this size does not have. */
  readonly whatIsMissing: (gpu: Gpu, headSize: number) => string | undefined;
  readonly forward: (gpu: Gpu, options: AttentionShape, pairKernel: PairKernel) => void;
  /** Records all gradients; false where they do not fit it, and then nothing was recorded. */
  readonly backward: (gpu: Gpu, options: AttentionShape, pairKernel: PairKernel) => boolean;
}

/** By name, once `addAttentionCandidates` was called. */
export const candidates = new Map<AttentionVariant, Candidate>();
