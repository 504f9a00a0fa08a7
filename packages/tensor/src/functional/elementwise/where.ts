import * as kernels from '@attune/kernels';
import { shown } from '@attune/validate';
import { operationResult } from '../../autograd/operation.ts';
import { TensorError } from '../../errors.ts';
import { sizeOf } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { broadcastOf, broadcastShapes, writeGradient } from '../broadcasting.ts';
import { cast } from './cast.ts';
import { requireDeviceOf, requireHeld, requireTensor } from '../checks.ts';
import { readOperands, shapesOf } from '../operands.ts';
import type { Beside, Mask, NumberType, Operand } from '../operands.ts';
import { isFloat } from '../../dtypes.ts';
import type { DType } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';

function requireMask(operation: string, name: string, mask: Tensor, beside: Tensor): void {
  requireTensor(operation, name, mask);
  if (mask.dtype !== 'bool')
    throw new TensorError(
      `${operation}: ${name} must be a tensor of bool, as comparisons give; it is one of ${mask.dtype}`,
    );
  requireDeviceOf(operation, name, mask, beside);
}

const isFraction = (operand: Operand): boolean => typeof operand === 'number' && !Number.isInteger(operand);

/**
 * `a` where the condition is true, else `b`, as `torch.where`; all three broadcast. Each gets the
 * gradient of the elements that were taken from it. Of the element type of a and b, but f32 of
 * whole numbers beside a fraction.
 *
 * @param condition of bool
 * @param a a tensor, or a number where `b` is a tensor; with bool any number but 0 is true
 * @param b the same, of the type of `a`
 * @throws ShapeError, TensorError
 */
export function where<A extends Operand, B extends Operand, C extends DType = DType>(
  condition: Mask<C>,
  a: A,
  b: B & Beside<A, B>,
): Tensor<NumberType<A, B>> {
  requireAtMost('where', 3, arguments);
  const operands: readonly Operand[] = [a, b];
  const first = readOperands('where', { a, b });
  requireMask('where', 'condition', condition, first);
  if ((first.dtype === 'i32' || first.dtype === 'u32') && operands.some(isFraction)) {
    const [floatsA, floatsB] = operands.map((operand) =>
      typeof operand === 'number' ? operand : cast(operand, 'f32'),
    ) as [Operand, Tensor];
    return where(condition, floatsA, floatsB) as Tensor as Tensor<NumberType<A, B>>;
  }
  for (const [name, operand] of Object.entries<Operand>({ a, b }))
    if (typeof operand === 'number') requireHeld('where', name, operand, first);
  const { device } = first;
  const shapes = { condition: condition.shape, ...shapesOf(a, b) };
  const shape = broadcastShapes('where', shapes);
  const length = sizeOf(shape);
  const array = device.allocate(first.array.elementType, Math.max(1, length), 'where');
  const isBool = first.dtype === 'bool';
  const [arrayA, arrayB] = [a, b].map((operand) =>
    typeof operand !== 'number' ? operand.array : isBool ? Number(operand !== 0) : operand,
  );
  kernels.where(device, {
    condition: condition.array,
    a: arrayA ?? 0,
    b: arrayB ?? 0,
    output: array,
    length,
    broadcast: broadcastOf(shape, shapes),
  });
  if (!isFloat(first.dtype)) return new Tensor({ array, shape, device, isBool });
  return operationResult({
    operation: 'where',
    inputs: operands.filter((operand) => typeof operand !== 'number') as [Tensor, ...Tensor[]],
    array,
    shape,
    backward(gradients) {
      const taken = gradients.output;
      for (const [name, input] of Object.entries<Operand>({ a, b })) {
        if (typeof input === 'number') continue;
        gradients.add(input, (gradInput) =>
          writeGradient(device, 'where', shape, { array: gradInput, shape: input.shape }, (output) =>
            kernels.where(device, {
              condition: condition.array,
              a: name === 'a' ? taken : 0,
              b: name === 'b' ? taken : 0,
              output,
              length,
              broadcast: broadcastOf(shape, { condition: condition.shape, [name]: shape }),
            }),
          ),
        );
      }
    },
  });
}

/**
 * A number where the mask is true, else the element of `input`, as `torch.masked_fill`. Of the
 * element type of `input`, any; where the mask is true the gradient is 0.
 *
 * @param mask of bool; it broadcasts with `input`
 * @throws ShapeError, TensorError
 */
export function maskedFill<D extends DType, M extends DType>(
  input: Tensor<D>,
  mask: Mask<M>,
  value: number,
): Tensor<D> {
  requireAtMost('maskedFill', 3, arguments);
  requireTensor('maskedFill', 'input', input);
  requireMask('maskedFill', 'mask', mask, input);
  if (typeof value !== 'number') throw new TensorError(`maskedFill: value must be a number; got ${shown(value)}`);
  requireHeld('maskedFill', 'value', value, input);
  broadcastShapes('maskedFill', { input: input.shape, mask: mask.shape });
  return where<number, Tensor>(mask, value, input) as Tensor<D>;
}
