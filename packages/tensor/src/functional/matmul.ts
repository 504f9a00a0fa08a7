import { gemm } from '@attune/kernels';
import { allocateResult, operationResult } from '../autograd/operationResult.ts';
import { ShapeError } from '../errors.ts';
import { formatShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Matrix product, as `torch.mm`.
 *
 * @param a [m, k]
 * @param b [k, n]
 * @returns [m, n]
 * @throws ShapeError
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const { device } = a;
  const [m = 0, k = 0] = a.shape;
  const [inner = 0, n = 0] = b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || inner !== k) {
    throw new ShapeError(
      `matmul: ${formatShape(a.shape)} and ${formatShape(b.shape)} cannot be multiplied; expected [m, k] and [k, n]`,
    );
  }
  const array = allocateResult(device, a.dtype, [m, n], 'matmul');
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
        (gradA, add) =>
          gemm(device, { a: gradOutput, b: b.array, output: gradA, m, n: k, k: n, layout: 'NT', accumulate: add }),
        true,
      );
      gradients.add(
        b,
        (gradB, add) =>
          gemm(device, { a: a.array, b: gradOutput, output: gradB, m: k, n, k: m, layout: 'TN', accumulate: add }),
        true,
      );
    },
  });
}
