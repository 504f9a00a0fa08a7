import { gemm } from '@attune/kernels';
import { allocateResult, operationResult } from '../autograd/operation.ts';
import { ShapeError } from '../errors.ts';
import { formatShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { requireFloats, requireSameType } from './checks.ts';

/**
 * Matrix product, as `torch.mm`.
 *
 * @param a [m, k]
 * @param b [k, n]
 * @returns [m, n]
 * @throws ShapeError, TensorError
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  requireFloats('matmul', 'a', a);
  requireSameType('matmul', 'b', b, a);
  const { device } = a;
  const [m = 0, k = 0] = a.shape;
  const [inner = 0, n = 0] = b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || inner !== k) {
    throw new ShapeError(
      `matmul: ${formatShape(a.shape)} and ${formatShape(b.shape)} cannot be multiplied; expected [m, k] and [k, n]`,
    );
  }
  const array = allocateResult(device, a.array.elementType, [m, n], 'matmul');
  gemm(device, { a: a.array, b: b.array, output: array, m, n, k, layout: 'NN' });
  return operationResult({
    operation: 'matmul',
    inputs: [a, b],
    array,
    shape: [m, n],
    backward(gradients) {
      const gradOutput = gradients.output;
      gradients.add(
        a,
        (gradA, accumulate) =>
          gemm(device, { a: gradOutput, b: b.array, output: gradA, m, n: k, k: n, layout: 'NT', accumulate }),
        true,
      );
      gradients.add(
        b,
        (gradB, accumulate) =>
          gemm(device, { a: a.array, b: gradOutput, output: gradB, m: k, n, k: m, layout: 'TN', accumulate }),
        true,
      );
    },
  });
}
