import { requireArgument } from '@attune/validate';
import type { Kind } from '@attune/validate';
import type { DType } from '../../dtypes.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import { readAxis } from '../axes.ts';
import { requireTensor } from '../checks.ts';
import { concat } from './joining.ts';
import { flatten, reshape } from './movement.ts';
import { narrow } from './slicing.ts';
import { requireAtMost } from '../../surplusArguments.ts';

const shiftsKind: Kind = {
  what: 'a whole number, or an array of them',
  holds: (value) => (Array.isArray(value) ? [...value].every(Number.isInteger) : Number.isInteger(value)),
};

/**
 * Shifts elements along dimensions; those that leave at the end come back at the start. Without
 * `dims` the tensor is shifted as if it were flat. As `torch.roll`. Any element type; the gradient
 * is shifted back.
 *
 * @throws ShapeError, TensorError
 */
export function roll<D extends DType>(
  input: Tensor<D>,
  shifts: number | readonly number[],
  dims?: number | readonly number[] | null,
): Tensor<D> {
  requireAtMost('roll', 3, arguments);
  requireTensor('roll', 'input', input);
  requireArgument('roll', 'shifts', shifts, shiftsKind, TensorError);
  const steps = typeof shifts === 'number' ? [shifts] : shifts;
  if (dims === undefined || dims === null) {
    if (steps.length !== 1) throw new ShapeError(`roll: ${steps.length} shifts need as many dims`);
    return reshape(rolled(flatten(input), steps[0] as number, 0), input.shape);
  }
  requireArgument('roll', 'dims', dims, shiftsKind, TensorError);
  const axes = (typeof dims === 'number' ? [dims] : dims).map((dim) => readAxis('roll', 'dims', dim, input.shape));
  if (axes.length !== steps.length) throw new ShapeError(`roll: got ${steps.length} shifts for ${axes.length} dims`);
  return axes.reduce((moved, axis, index) => rolled(moved, steps[index] as number, axis), input);
}

function rolled<D extends DType>(input: Tensor<D>, shift: number, axis: number): Tensor<D> {
  const extent = input.shape[axis] ?? 0;
  const end = extent === 0 ? 0 : ((shift % extent) + extent) % extent;
  if (end === 0) return input;
  return concat([narrow(input, axis, extent - end, end), narrow(input, axis, 0, extent - end)], axis);
}
