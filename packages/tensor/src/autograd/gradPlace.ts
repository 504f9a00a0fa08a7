import type { GpuArray } from '@attune/kernels';

/** Where an optimizer keeps the gradient of a parameter, among others. */
export interface GradPlace {
  /** Whether `start` would give memory. */
  readonly starts: boolean;
  /**
   * Memory of any content for a first gradient, which is written whole; null where it adds to zeros
   * or to others.
   */
  start(): GpuArray | null;
  /** What came so far; zeros where nothing did. */
  sum(): GpuArray;
  /** Makes zeros of it. */
  clear(): void;
}
