import * as kernels from '@attune/kernels';
import { oneOf, requireArgument } from '@attune/validate';
import { operationResult } from '../autograd/operation.ts';
import { TensorError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { requireFloats } from './checks.ts';

const floats = oneOf('f32', 'f16');

/**
 * The values in another element type.
 *
 * @throws TensorError
 */
export function cast(input: Tensor, dtype: 'f32' | 'f16'): Tensor {
  requireFloats('cast', 'input', input);
  requireArgument('cast', 'dtype', dtype, floats, TensorError);
  const { device, size: length } = input;
  const array = device.allocate(dtype, input.array.length, `cast to ${dtype}`);
  kernels.cast(device, { input: input.array, output: array, length });
  return operationResult({
    operation: 'cast',
    inputs: [input],
    array,
    shape: input.shape,
    backward: (gradients) =>
      gradients.add(input, (gradInput) => kernels.cast(device, { input: gradients.output, output: gradInput, length })),
  });
}
