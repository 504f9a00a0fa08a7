import * as kernels from '@attune/kernels';
import { operationResult } from '../autograd/operationResult.ts';
import { requireShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

/** Sum of two tensors of one shape. */
export function add(a: Tensor, b: Tensor): Tensor {
  requireShape('add', 'the second tensor', b.shape, a.shape);
  const { device, size: length } = a;
  const array = device.allocate(a.dtype, a.array.length, 'add');
  kernels.add(device, { a: a.array, b: b.array, output: array, length });
  return operationResult({
    operation: 'add',
    inputs: [a, b],
    array,
    shape: a.shape,
    backward(gradients) {
      const value = gradients.output;
      for (const input of [a, b])
        gradients.add(input, (gradInput) =>
          kernels.scale(device, { input: value, output: gradInput, factor: 1, length }),
        );
    },
  });
}

/** Product of two tensors of one shape, element by element. */
export function mul(a: Tensor, b: Tensor): Tensor {
  requireShape('mul', 'the second tensor', b.shape, a.shape);
  const { device, size: length } = a;
  const array = device.allocate(a.dtype, a.array.length, 'mul');
  kernels.multiply(device, { a: a.array, b: b.array, output: array, length });
  return operationResult({
    operation: 'mul',
    inputs: [a, b],
    array,
    shape: a.shape,
    backward(gradients) {
      const gradOutput = gradients.output;
      gradients.add(a, (gradA) => kernels.multiply(device, { a: gradOutput, b: b.array, output: gradA, length }));
      gradients.add(b, (gradB) => kernels.multiply(device, { a: gradOutput, b: a.array, output: gradB, length }));
    },
  });
}

/** A tensor times a number. */
export function scale(input: Tensor, factor: number): Tensor {
  const { device, size: length } = input;
  const array = device.allocate(input.dtype, input.array.length, 'scale');
  kernels.scale(device, { input: input.array, output: array, factor, length });
  return operationResult({
    operation: 'scale',
    inputs: [input],
    array,
    shape: input.shape,
    backward: (gradients) =>
      gradients.add(input, (gradInput) =>
        kernels.scale(device, { input: gradients.output, output: gradInput, factor, length }),
      ),
  });
}
