import * as kernels from '@attune/kernels';
import { operationResult } from '../autograd/operation.ts';
import { requireShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { requireFloats } from './checks.ts';

function requirePair(operation: string, a: Tensor, b: Tensor): void {
  requireFloats(operation, 'the first tensor', a);
  requireFloats(operation, 'the second tensor', b, a);
  requireShape(operation, 'the second tensor', b.shape, a.shape);
}

/**
 * Sum of two tensors of one shape; of the element type of the first.
 *
 * @throws ShapeError, TensorError
 */
export function add(a: Tensor, b: Tensor): Tensor {
  requirePair('add', a, b);
  const { device, size: length } = a;
  const array = device.allocate(a.array.elementType, a.array.length, 'add');
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

/**
 * Product of two tensors of one shape, element by element; of the element type of the first.
 *
 * @throws ShapeError, TensorError
 */
export function mul(a: Tensor, b: Tensor): Tensor {
  requirePair('mul', a, b);
  const { device, size: length } = a;
  const array = device.allocate(a.array.elementType, a.array.length, 'mul');
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
