import { columnSum, gemm } from '@attune/kernels';
import { operationResult } from '../autograd/operation.ts';
import type { Tensor } from '../tensor.ts';
import { requireFloats } from './checks.ts';
import { scale } from './unary.ts';

/**
 * Sum of all elements, f32, in a fixed order.
 *
 * @throws TensorError
 */
export function sum(input: Tensor): Tensor {
  requireFloats('sum', 'input', input);
  const { device, size } = input;
  const array = device.allocate('f32', 1, 'sum');
  columnSum(device, { input: input.array, output: array, rows: size, columns: 1 });
  return operationResult({
    operation: 'sum',
    inputs: [input],
    array,
    shape: [],
    backward(gradients) {
      gradients.add(input, (gradInput) => {
        const ones = device.upload(new Float32Array(Math.max(1, size)).fill(1), 'f32', 'ones');
        gemm(device, { a: ones, b: gradients.output, output: gradInput, m: size, n: 1, k: 1, layout: 'NN' });
        device.release(ones);
      });
    },
  });
}

/**
 * Mean of all elements, f32.
 *
 * @throws TensorError
 */
export function mean(input: Tensor): Tensor {
  requireFloats('mean', 'input', input);
  return scale(sum(input), 1 / Math.max(1, input.size));
}
