import * as kernels from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { number, requireArgument } from '@attune/validate';
import { operationResult } from '../autograd/operation.ts';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import type { Tensor } from '../tensor.ts';
import { requireFloats } from './checks.ts';

interface UnaryKernels {
  forward(device: Device, io: { input: GpuArray; output: GpuArray; length: number }): void;
  /** May read the input and the output of the operation, whichever its derivative is short in. */
  backward(
    device: Device,
    io: { gradOutput: GpuArray; input: GpuArray; output: GpuArray; gradInput: GpuArray; length: number },
  ): void;
}

/** An operation on every element by itself. */
function unary(operation: string, input: Tensor, { forward, backward }: UnaryKernels): Tensor {
  requireFloats(operation, 'input', input);
  const { device, size: length, array: values } = input;
  const array = device.allocate(input.dtype, values.length, operation);
  forward(device, { input: values, output: array, length });
  return operationResult({
    operation,
    inputs: [input],
    array,
    shape: input.shape,
    backward: (gradients) =>
      gradients.add(input, (gradInput) =>
        backward(device, { gradOutput: gradients.output, input: values, output: array, gradInput, length }),
      ),
  });
}

const geluKernels: UnaryKernels = {
  forward: kernels.gelu,
  backward: (device, { gradOutput, input, gradInput, length }) =>
    kernels.geluBackward(device, { gradOutput, input, gradInput, length }),
};

/**
 * `x * Φ(x)` with the error function, as `torch.nn.functional.gelu`.
 *
 * @throws TensorError
 */
export function gelu(input: Tensor): Tensor {
  return unary('gelu', input, geluKernels);
}

const tanhKernels: UnaryKernels = {
  forward: kernels.tanh,
  backward: (device, { gradOutput, output, gradInput, length }) =>
    kernels.tanhBackward(device, { gradOutput, output, gradInput, length }),
};

/**
 * Hyperbolic tangent.
 *
 * @throws TensorError
 */
export function tanh(input: Tensor): Tensor {
  return unary('tanh', input, tanhKernels);
}

/**
 * A tensor times a number.
 *
 * @throws TensorError
 */
export function scale(input: Tensor, factor: number): Tensor {
  // NaN and infinities are numbers too: they poison a loss where that is wanted.
  requireArgument('scale', 'factor', factor, aNumber, TensorError);
  return unary('scale', input, {
    forward: (device, io) => kernels.scale(device, { ...io, factor }),
    backward: (device, { gradOutput, gradInput, length }) =>
      kernels.scale(device, { input: gradOutput, output: gradInput, factor, length }),
  });
}

const aNumber = { ...number, what: 'a number', holds: (value: unknown) => typeof value === 'number' };
