import { array, callable, object, optional, requireArgument, requireOptions, wholeNumber } from '@attune/validate';
import { KernelArgumentError } from '../errors.ts';
import type { GpuArray } from '../memory/gpuArray.ts';

/**
 * The program of one kernel variant. `key` identifies it and everything that its source depends on
 * (variant, layout, element types), so that the source is built once for each key; shapes are not
 * part of it. Kernels make theirs with `kernelProgram`.
 */
export interface Program {
  /** Identifies it and everything that its source depends on. */
  readonly key: string;
  /** WGSL of the variant. Entry point `main`. */
  readonly source: () => string;
  /** Original file and line of a line of the source, counted from 1, for error messages. */
  readonly locate?: ((line: number) => { readonly file: string; readonly line: number } | undefined) | undefined;
  /**
   * How many times as long it takes to compile as others of its length, such as one that the
   * compiler unrolls. Default 1. Long compilations are started first.
   */
  readonly effort?: number | undefined;
  /** Values of `override` constants. */
  readonly constants?: Readonly<Record<string, number>> | undefined;
}

/**
 * The uniform at binding 0: a WGSL struct of at most 64 scalars, first the `u32` ones, then the
 * `f32` ones.
 */
export interface Parameters {
  /** The `u32` ones, which come first. Default: none. */
  readonly integers?: readonly number[] | undefined;
  /** The `f32` ones. Default: none. */
  readonly floats?: readonly number[] | undefined;
}

/** One run of a kernel, as {@link Gpu}'s `dispatch` records it. */
export interface Dispatch {
  /** What runs. */
  readonly program: Program;
  /** The uniform at binding 0. Default: no numbers. */
  readonly parameters?: Parameters | undefined;
  /** `var<storage, read>` at bindings 1, 2, … of group 0. */
  readonly reads: readonly GpuArray[];
  /**
   * `var<storage, read_write>` at the bindings after those. An array that is updated in place is
   * listed only here.
   */
  readonly writes: readonly GpuArray[];
  /** Workgroups along x, y and z; nothing is recorded when one is 0. */
  readonly workgroups: readonly [number, number, number];
  /** The work of the dispatch, for profiles: floating point operations and bytes moved. */
  readonly work?: {
    /** Floating point operations. Default 0. */
    readonly flops?: number | undefined;
    /** Least number of bytes read and written. Default 0. */
    readonly bytes?: number | undefined;
  };
  /**
   * Returns one dispatch that does the work of `before` and then of this one, or null. A dispatch
   * with this method is held back until the next one, which may join it, or until its effect could
   * be observed.
   */
  readonly joinTo?: ((before: Dispatch) => Dispatch | null) | undefined;
}

const dispatchOptions = {
  program: object,
  parameters: optional(object),
  reads: array,
  writes: array,
  workgroups: array,
  work: optional(object),
  joinTo: optional(callable),
};

/**
 * A quick check, as every kernel of a step passes here; only where it fails is everything checked.
 */
export function requireDispatch(dispatch: Dispatch): void {
  if (dispatch?.program && dispatch.reads && dispatch.writes && dispatch.workgroups) return;
  requireOptions('gpu.dispatch', dispatch, dispatchOptions, { error: KernelArgumentError });
}

/** The largest number of workgroups along one dimension that every adapter supports. */
export const maxWorkgroupsPerDimension = 65535;
const workgroupCount = wholeNumber(0);

/**
 * Spreads a flat number of workgroups over x and y. The kernel computes its index as
 * `workgroup_id.x + workgroup_id.y * num_workgroups.x` and returns when that exceeds the count.
 *
 * @throws KernelArgumentError
 */
export function spreadWorkgroups(count: number): readonly [number, number, number] {
  if (!workgroupCount.holds(count))
    requireArgument('spreadWorkgroups', 'count', count, workgroupCount, KernelArgumentError);
  if (count <= maxWorkgroupsPerDimension) return [count, count === 0 ? 0 : 1, 1];
  const rows = Math.ceil(count / maxWorkgroupsPerDimension);
  return [Math.ceil(count / rows), rows, 1];
}
