import { cast } from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import type { FloatType } from '../../dtypes.ts';
import type { Tensor } from '../../tensor.ts';

/** Values in a float type, with a gradient where they are floats already. */
export function castFloats<T extends FloatType>(input: Tensor, dtype: T): Tensor<T> {
  const { device, size: length, shape } = input;
  const array = device.allocate(dtype, input.array.length, `cast to ${dtype}`);
  cast(device, { input: input.array, output: array, length });
  return operationResult({
    operation: 'cast',
    inputs: [input],
    array,
    shape,
    backward: (gradients) =>
      gradients.add(input, (gradInput) => cast(device, { input: gradients.output, output: gradInput, length })),
  });
}

/** Floats as f32, including results that mixed precision computed in f16. */
export const inSinglePrecision = (input: Tensor): Tensor<'f32'> =>
  input.dtype === 'f16' ? castFloats(input, 'f32') : (input as Tensor<'f32'>);
