import type { Gpu } from '../../../gpu.ts';
import type { AttentionShape, AttentionVariant } from '../options.ts';
import type { PairKernel } from '../pairs/pairKernel.ts';

/** A variant that attention never takes by itself: callers add it, and choose it by name. */
interface AddedVariant {
  /** What it needs and the device or a head of this size does not have. */
  readonly whatIsMissing: (gpu: Gpu, headSize: number) => string | undefined;
  /** Whether it has a program of this pass for such heads and sequences. */
  readonly takes: (gpu: Gpu, pass: PairKernel['pass'], options: AttentionShape) => boolean;
  /** Records a pass that it takes. */
  readonly record: (gpu: Gpu, options: AttentionShape, pairKernel: PairKernel) => void;
}

/** By name, once `addAttentionCandidates` was called. */
export const addedVariants = new Map<AttentionVariant, AddedVariant>();
