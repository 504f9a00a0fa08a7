import * as kernels from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import { asMatrix } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { readAxis } from '../axes.ts';
import { requireFloats } from '../checks.ts';
import { transpose } from '../movement/movement.ts';
import type { DType } from '../../dtypes.ts';
import { castFirst, requireAtMost } from '../../surplusArguments.ts';
import type { Floats } from '../operands.ts';

/**
 * Softmax over a dimension, the last where none is named. As `torch.softmax`. Of the shape and type
 * of `input`, f32 or f16; the gradient g becomes `y (g - Σ g y)`, y being the result.
 *
 * @throws ShapeError, TensorError
 */
export function softmax<D extends DType>(input: Floats<D>, dim = -1): Tensor<D> {
  requireAtMost('softmax', 2, arguments, castFirst);
  return alongAxis('softmax', input, dim);
}

/**
 * Logarithm of the softmax over a dimension, the last where none is named. As `torch.log_softmax`.
 * Of the shape and type of `input`, f32 or f16; the gradient g becomes `g - softmax(x) Σ g`.
 *
 * @throws ShapeError, TensorError
 */
export function logSoftmax<D extends DType>(input: Floats<D>, dim = -1): Tensor<D> {
  requireAtMost('logSoftmax', 2, arguments, castFirst);
  return alongAxis('logSoftmax', input, dim);
}

/** The kernels take the last dimension; any other is moved there and back. */
function alongAxis<D extends DType>(operation: 'softmax' | 'logSoftmax', input: Tensor<D>, dim: number): Tensor<D> {
  requireFloats(operation, 'input', input);
  const last = input.shape.length - 1;
  const axis = dim === -1 ? last : readAxis(operation, 'dim', dim, input.shape);
  const log = operation === 'logSoftmax';
  if (axis >= last) return softmaxOf(input, log);
  return transpose(softmaxOf(transpose(input, axis, last), log), axis, last);
}

function softmaxOf<D extends DType>(input: Tensor<D>, log: boolean): Tensor<D> {
  const { device } = input;
  const { rows, columns } = asMatrix(input.shape);
  const array = device.allocate(input.array.elementType, input.array.length, log ? 'logSoftmax' : 'softmax');
  kernels.softmax(device, { input: input.array, output: array, rows, columns, log });
  return operationResult({
    operation: log ? 'logSoftmax' : 'softmax',
    inputs: [input],
    array,
    shape: input.shape,
    backward: (gradients) =>
      gradients.add(input, (gradInput) =>
        kernels.softmaxBackward(device, { gradOutput: gradients.output, output: array, gradInput, rows, columns, log }),
      ),
  });
}
