import type { DType } from '../../dtypes.ts';
import type { Tensor } from '../../tensor.ts';
import { add, mul, sub } from './binary.ts';
import { broadcastShapes } from '../broadcasting.ts';
import { cast } from './cast.ts';
import { requireFloats } from '../checks.ts';
import { lt } from './comparisons.ts';
import { readOperands } from '../operands.ts';
import type { Beside, Floats, Operand } from '../operands.ts';
import { abs } from './unary.ts';
import { where } from './where.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/**
 * Linear interpolation from `start` (weight 0) to `end` (weight 1), as `torch.lerp`: computed from
 * the nearer end, so that both ends are exact. All broadcast. Of the element type of `start`,
 * computed in f32; gradients flow to all that are tensors.
 *
 * @param weight a tensor or a number
 * @throws ShapeError, TensorError
 */
export function lerp<D extends DType, E extends Operand, W extends Operand>(
  start: Floats<D>,
  end: E & Beside<Tensor<D>, E>,
  weight: W & Beside<Tensor<D>, W>,
): Tensor<D> {
  requireAtMost('lerp', 3, arguments);
  requireFloats('lerp', 'start', start);
  readOperands('lerp', { start, end, weight });
  const given = Object.entries({ start, end, weight }).filter(([, operand]) => typeof operand !== 'number');
  broadcastShapes('lerp', Object.fromEntries(given.map(([name, operand]) => [name, (operand as Tensor).shape])));
  if (start.dtype !== 'f16') return between(start, end, weight) as Tensor<D>;
  const single = (operand: Operand) => (typeof operand === 'number' ? operand : cast(operand, 'f32'));
  return cast(between(cast(start, 'f32'), single(end), single(weight)), 'f16') as Tensor as Tensor<D>;
}

function between(start: Tensor, end: Operand, weight: Operand): Tensor {
  const way = sub<Operand, Tensor>(end, start);
  if (typeof weight === 'number')
    return Math.abs(weight) < 0.5
      ? add<Tensor, Tensor>(start, mul(way, weight))
      : add<Operand, Tensor>(end, mul(way, weight - 1));
  const isNearStart = lt(abs(weight), 0.5);
  const part = where<Tensor, Tensor>(isNearStart, weight, sub(weight, 1));
  return add<Tensor, Tensor>(where<Tensor, Operand>(isNearStart, start, end), mul(way, part));
}
