import * as kernels from '@attune/kernels';
import { operationResult } from '../autograd/operationResult.ts';
import type { DType, Tensor } from '../tensor.ts';

/** The values in another element type. */
export function cast(input: Tensor, dtype: DType): Tensor {
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
