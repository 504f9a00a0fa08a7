import { optional } from '@attune/validate';
import type { Tensor } from '../../tensor.ts';
import { realNumber } from '../checks.ts';
import { reductionKinds, reduced } from './reductionArguments.ts';
import type { Dims, ReductionOptions } from './reductionArguments.ts';
import type { ReductionPlan } from './recordReduction.ts';
import type { Floats } from '../operands.ts';
import type { DType } from '../../dtypes.ts';

/** Options of `norm`. */
export interface NormOptions extends ReductionOptions {
  /** The exponent; may be Infinity, -Infinity or 0. Default 2. */
  readonly p?: number | undefined;
}

const normOptions = {
  optionKinds: { ...reductionKinds, p: optional(realNumber) },
  otherNames: { ord: 'it is called p' },
};

/**
 * `(Σ |x|^p)^(1/p)` over dimensions, f32; for p = ±Infinity the greatest or least magnitude, for p
 * = 0 the number of nonzero elements. As `torch.linalg.vector_norm`. The gradient is that of
 * PyTorch: 0 where the norm is 0.
 *
 * @throws ShapeError for no elements where p is negative or Infinity, TensorError
 */
export function norm<D extends DType>(input: Floats<D>, dim?: Dims, options: NormOptions = {}): Tensor<'f32'> {
  return reduced(normPlan(options?.p ?? 2), { input, dim, options, given: arguments }, normOptions);
}

function normPlan(power: number): ReductionPlan {
  const byNorm: Pick<ReductionPlan, 'operation' | 'values'> = {
    operation: 'norm',
    values: (_, { output }) => ({ first: output }),
  };
  if (power === 0) return { ...byNorm, member: 'nonZeros', gradient: null };
  if (power === 1) return { operation: 'norm', member: 'absoluteSum', gradient: 'absoluteSum', values: () => ({}) };
  if (power === 2) return { ...byNorm, member: 'euclidean', gradient: 'euclidean' };
  if (Number.isFinite(power))
    return { ...byNorm, member: 'powers', gradient: 'powers', power, needsElements: power < 0 };
  return {
    operation: 'norm',
    member: power > 0 ? 'absoluteMaximum' : 'absoluteMinimum',
    gradient: 'absoluteExtremum',
    needsElements: true,
    values: (run, { output }) => ({ first: output, second: run({ member: 'absoluteEquals', center: output }) }),
  };
}
