import { flag, optional, requireArgument } from '@attune/validate';
import type { Kind, OptionAdvice, OptionKinds } from '@attune/validate';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { readAxes, shownDim } from '../axes.ts';
import { requireFloats, requireGivenOptions, requireTensor } from '../checks.ts';
import { reduction } from './recordReduction.ts';
import type { ReductionPlan } from './recordReduction.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { DType } from '../../dtypes.ts';

/** Dimensions to reduce: one, several, or all where none is named. */
export type Dims = number | readonly number[] | null;

/** Options of every reduction. */
export interface ReductionOptions {
  /** Whether reduced dimensions stay, with an extent of 1. Default false. */
  readonly keepDim?: boolean | undefined;
}

export const reductionKinds = { keepDim: optional(flag) };

/** A call of a reduction, unchecked. */
export interface ReductionCall<Options extends ReductionOptions = ReductionOptions> {
  readonly input: Tensor;
  readonly dim: Dims | undefined;
  readonly options: Options;
  /** The `arguments` of the function. */
  readonly given: ArrayLike<unknown>;
}

/** What a reduction takes beside the options of all. */
interface FurtherOptions {
  readonly optionKinds?: OptionKinds;
  readonly otherNames?: OptionAdvice['otherNames'];
}

/** Checks the arguments of a reduction and computes it by a plan. */
export function reduced<D extends DType>(
  plan: ReductionPlan,
  { input, dim, options, given }: ReductionCall,
  { optionKinds = reductionKinds, otherNames }: FurtherOptions = {},
): Tensor<D> {
  requireAtMost(plan.operation, 3, given, optionKinds);
  if (plan.result) requireTensor(plan.operation, 'input', input);
  else requireFloats(plan.operation, 'input', input);
  requireGivenOptions(plan.operation, options, optionKinds, otherNames);
  const axes = axesOf(plan.operation, input, dim);
  if (plan.needsElements) requireElements(plan.operation, input, axes);
  return reduction(plan, input, axes, options.keepDim === true);
}

const dimsKind: Kind = {
  optional: true,
  what: 'a dimension, an array of them, or null for all',
  found: (value) => shownDim('dim', value),
  holds: (value) => value === undefined || value === null || typeof value === 'number' || Array.isArray(value),
};

/** No dimension named means all of them, as in PyTorch. */
export function axesOf(operation: string, input: Tensor, dim: Dims | undefined): number[] {
  requireArgument(operation, 'dim', dim, dimsKind, TensorError);
  const named = Array.isArray(dim) && dim.length === 0 ? null : dim;
  return readAxes(operation, 'dim', named, input.shape);
}

/** @throws ShapeError where one of these dimensions is empty */
export function requireElements(operation: string, { shape }: Tensor, axes: readonly number[]): void {
  if (axes.some((axis) => shape[axis] === 0))
    throw new ShapeError(
      `${operation}: the dimensions [${axes.join(', ')}] of ${formatShape(shape)} have no elements to choose from`,
    );
}
