import { anyNumber, oneOf, optional } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import { mean, sum } from '../reductions/reductions.ts';
import { scale } from '../elementwise/unary.ts';

/** How the losses of elements or rows are reduced. */
export interface Reduced {
  /** Their mean, their sum, or no reduction. Default `mean`. */
  readonly reduction?: 'mean' | 'sum' | 'none' | undefined;
}

export const lossReductionKinds = { reduction: optional(oneOf('mean', 'sum', 'none')) };

/** Options of losses with a factor of their own. */
export interface LossOptions extends Reduced {
  /**
   * Factor of the sum, instead of a `reduction`: 1 / examples in an update that accumulates several
   * batches.
   */
  readonly factor?: number | undefined;
}

/** Options of a loss without weights. */
export interface PlainLossOptions extends LossOptions {
  /** @deprecated The older name of `factor`. */
  readonly weight?: number | undefined;
}

export const lossKinds = { ...lossReductionKinds, factor: optional(anyNumber) };
export const plainLossKinds = { ...lossKinds, weight: optional(anyNumber) };

/**
 * Options with a numeric `weight` renamed to `factor`, which had that name before losses took
 * weights of classes and elements.
 *
 * @throws TensorError where both names are given
 */
export function withFactor<Options extends LossOptions & { readonly weight?: unknown }>(
  operation: string,
  options: Options,
): Options & { readonly weight?: Exclude<Options['weight'], number> } {
  if (typeof options.weight !== 'number') return options as ReturnType<typeof withFactor<Options>>;
  const { weight, ...others } = options;
  if (others.factor !== undefined)
    throw new TensorError(`${operation}: a number as weight is the older name of factor; give one of them`);
  return { ...others, factor: weight } as unknown as ReturnType<typeof withFactor<Options>>;
}

/** @throws TensorError where both are given */
export function requireOneReduction(operation: string, { reduction, factor }: LossOptions): void {
  if (reduction !== undefined && factor !== undefined)
    throw new TensorError(`${operation}: reduction and factor exclude each other; factor multiplies the sum`);
}

/** The factor of a sum over `count` losses; null for no reduction. */
export function factorOf({ reduction = 'mean', factor }: LossOptions, count: number): number | null {
  if (reduction === 'none') return null;
  return factor ?? (reduction === 'sum' ? 1 : count > 0 ? 1 / count : 0);
}

/** Reduces the losses of elements or rows, as the options say. */
export function reduceLosses(losses: Tensor<'f32'>, { reduction = 'mean', factor }: LossOptions): Tensor<'f32'> {
  if (factor !== undefined) return scale(sum(losses), factor);
  return reduction === 'none' ? losses : reduction === 'sum' ? sum(losses) : mean(losses);
}
