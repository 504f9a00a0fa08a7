import * as kernels from '@attune/kernels';
import { operationResult } from '../autograd/operationResult.ts';
import type { Tensor } from '../tensor.ts';

/** `x * Φ(x)` with the error function, as `torch.nn.functional.gelu`. */
export function gelu(input: Tensor): Tensor {
  const { device, size: length } = input;
  const array = device.allocate(input.dtype, input.array.length, 'gelu');
  kernels.gelu(device, { input: input.array, output: array, length });
  return operationResult({
    operation: 'gelu',
    inputs: [input],
    array,
    shape: input.shape,
    backward: (gradients) =>
      gradients.add(input, (gradInput) =>
        kernels.geluBackward(device, { gradOutput: gradients.output, input: input.array, gradInput, length }),
      ),
  });
}

/** Hyperbolic tangent. */
export function tanh(input: Tensor): Tensor {
  const { device, size: length } = input;
  const array = device.allocate(input.dtype, input.array.length, 'tanh');
  kernels.tanh(device, { input: input.array, output: array, length });
  return operationResult({
    operation: 'tanh',
    inputs: [input],
    array,
    shape: input.shape,
    backward: (gradients) =>
      gradients.add(input, (gradInput) =>
        kernels.tanhBackward(device, { gradOutput: gradients.output, output: array, gradInput, length }),
      ),
  });
}
