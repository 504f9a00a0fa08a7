import type { GpuArray } from '@attune/kernels';

/** Memory for a parameter's gradient that an optimizer provides. */
export interface GradPlace {
  /** Whether `start` would return memory. */
  readonly starts: boolean;
  /**
   * Memory of undefined content for a first gradient, which is then written as a whole; null where
   * the gradient must be added to what is there.
   */
  start(): GpuArray | null;
  /** The gradient so far, zeros if there is none. */
  sum(): GpuArray;
  /** Sets it to zero. */
  clear(): void;
}
