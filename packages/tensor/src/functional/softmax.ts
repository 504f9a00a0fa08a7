import * as kernels from '@attune/kernels';
import { operationResult } from '../autograd/operation.ts';
import { asMatrix } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { requireFloats } from './checks.ts';

/**
 * Softmax over the last dimension.
 *
 * @throws TensorError
 */
export function softmax(input: Tensor): Tensor {
  return softmaxOf(input, false);
}

/**
 * Logarithm of the softmax over the last dimension.
 *
 * @throws TensorError
 */
export function logSoftmax(input: Tensor): Tensor {
  return softmaxOf(input, true);
}

function softmaxOf(input: Tensor, log: boolean): Tensor {
  requireFloats(log ? 'logSoftmax' : 'softmax', 'input', input);
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
