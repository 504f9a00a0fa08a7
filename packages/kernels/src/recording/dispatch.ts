import { array, callable, object, optional, requireArgument, requireOptions, wholeNumber } from '@attune/validate';
import { KernelArgumentError } from '../errors.ts';
import type { GpuArray } from '../memory/gpuArray.ts';

/**
 * One compiled kernel variant. `key` names it and everything that its source depends on (variant,
 * layout, element types), so that the source is built once per key; shapes are not part of it.
 * Kernels make theirs by `kernelProgram`.
 */
export interface Program {
  /** Names it and everything that its source depends on. */
  readonly key: string;
  /** WGSL of the variant. Entry point `main`. */
  readonly source: () => string;
  /** Where a line of the source was written, counted from 1, for messages about it. */
  readonly locate?: ((line: number) => { readonly file: string; readonly line: number } | undefined) | undefined;
  /**
   * How many times as long as others of its length it takes to compile, as one does that the
   * compiler unrolls; default 1. What takes long is compiled first.
   */
  readonly effort?: number | undefined;
  /** Values of `override` constants. */
  readonly constants?: Readonly<Record<string, number>> | undefined;
}

/**
 * The uniform at binding 0: a WGSL struct of scalars, the `u32` ones first, then the `f32` ones. At
 * most 64 in all.
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
   * `var<storage, read_write>` at the bindings after those. An array that is updated in place
   * stands only here.
   */
  readonly writes: readonly GpuArray[];
  /** Workgroups along x, y and z; nothing is recorded when one is 0. */
  readonly workgroups: readonly [number, number, number];
  /** What the dispatch does, for profiles: floating point operations and bytes that must move. */
  readonly work?: {
    /** Floating point operations. Default 0. */
    readonly flops?: number | undefined;
    /** Bytes read and written at least. Default 0. */
    readonly bytes?: number | undefined;
  };
  /**
   * One dispatch that does the work of `before` and then of this, where there is one. A dispatch
   * that has this waits until the next, or until anything else could tell, for that one to join it.
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

/** A glance, as every kernel of a step passes here; all is checked once that says no. */
export function requireDispatch(dispatch: Dispatch): void {
  if (dispatch?.program && dispatch.reads && dispatch.writes && dispatch.workgroups) return;
  requireOptions('gpu.dispatch', dispatch, dispatchOptions, { error: KernelArgumentError });
}

/** The largest number of workgroups along one dimension that every adapter takes. */
export const maxWorkgroupsPerDimension = 65535;
const workgroupCount = wholeNumber(0);

/**
 * Spreads a flat number of workgroups over x and y. The kernel reads its number back as
 * `workgroup_id.x + workgroup_id.y * num_workgroups.x` and returns when it is beyond the count.
 */
export function spreadWorkgroups(count: number): readonly [number, number, number] {
  if (!workgroupCount.holds(count))
    requireArgument('spreadWorkgroups', 'count', count, workgroupCount, KernelArgumentError);
  if (count <= maxWorkgroupsPerDimension) return [count, count === 0 ? 0 : 1, 1];
  const rows = Math.ceil(count / maxWorkgroupsPerDimension);
  return [Math.ceil(count / rows), rows, 1];
}
