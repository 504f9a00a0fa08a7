import type { GpuArray } from '../../memory/gpuArray.ts';

/** Options of {@link argSort}. */
export interface ArgSortOptions {
  /** `[outer, length, inner]`, any type. */
  readonly input: GpuArray;
  /** i32 `[outer, length, inner]`, in another buffer. */
  readonly output: GpuArray;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  /** Whether the greatest comes first. Default false. */
  readonly descending?: boolean | undefined;
}
