import type { Gpu } from '../../../gpu.ts';
import type { AttentionShape, AttentionVariant } from '../options.ts';
import type { PairKernel } from '../pairs/pairKernel.ts';

/** A variant that attention never chooses by default: callers add it and choose it by name. */
interface AddedVariant {
  /** Why it cannot run on this device or with this head size; undefined where it can. */
  readonly whatIsMissing: (gpu: Gpu, headSize: number) => string | undefined;
  /** Whether it has a program for this pass with these head and sequence sizes. */
  readonly takes: (gpu: Gpu, pass: PairKernel['pass'], options: AttentionShape) => boolean;
  /** Records a pass that `takes` allows. */
  readonly record: (gpu: Gpu, options: AttentionShape, pairKernel: PairKernel) => void;
}

/** By name, once `addAttentionCandidates` was called. */
export const addedVariants = new Map<AttentionVariant, AddedVariant>();
