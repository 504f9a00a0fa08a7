import { gemm } from '@attune/kernels';
import { allocateResult, operationResult } from '../../autograd/operation.ts';
import { ShapeError } from '../../errors.ts';
import { formatShape, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { broadcastShapes } from '../broadcasting.ts';
import { requireFloats, requireSameType } from '../checks.ts';
import { expand, reshape } from '../movement/movement.ts';
import type { DType } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Floats, FloatsLike } from '../operands.ts';

/**
 * Matrix product over the last two dimensions, as `torch.matmul`: dimensions before them are a
 * batch and broadcast; a tensor of one dimension is a row on the left or a column on the right, and
 * that dimension is removed. Sums are taken in f32, in a fixed order; gradients flow to both.
 *
 * @param a [..., m, k] or [k], f32 or f16
 * @param b [..., k, n] or [k], of the same type
 * @returns [..., m, n]
 * @throws ShapeError, TensorError
 */
export function matmul<D extends DType, E extends DType>(a: Floats<D>, b: FloatsLike<D, E>): Tensor<D> {
  requireAtMost('matmul', 2, arguments);
  requireFloats('matmul', 'a', a);
  requireSameType('matmul', 'b', b, a);
  if (a.shape.length === 2 && b.shape.length === 2) return product(a, b);
  if (a.shape.length === 0 || b.shape.length === 0) throw misfit(a.shape, b.shape);
  const left = a.shape.length === 1 ? reshape(a, [1, a.size]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.size, 1]) : b;
  if (left.shape.at(-1) !== right.shape.at(-2)) throw misfit(a.shape, b.shape);
  const whole = batched(left, right);
  const shape = whole.shape.filter(
    (_, axis) =>
      !(a.shape.length === 1 && axis === whole.shape.length - 2) &&
      !(b.shape.length === 1 && axis === whole.shape.length - 1),
  );
  return shape.length === whole.shape.length ? whole : reshape(whole, shape);
}

function misfit(a: Shape, b: Shape): ShapeError {
  return new ShapeError(
    `matmul: ${formatShape(a)} and ${formatShape(b)} cannot be multiplied; expected [..., m, k] and [..., k, n]`,
  );
}

/**
 * Checked products of at least two dimensions; with a single matrix on the right it is one product.
 */
function batched<D extends DType>(a: Tensor<D>, b: Tensor): Tensor<D> {
  const [m, k, n] = [a.shape.at(-2) ?? 0, a.shape.at(-1) ?? 0, b.shape.at(-1) ?? 0];
  if (b.shape.length === 2) {
    const outer = a.shape.slice(0, -1);
    return reshape(product(reshape(a, [sizeOf(outer), k]), b), [...outer, n]);
  }
  const batch = broadcastShapes('matmul', { a: a.shape.slice(0, -2), b: b.shape.slice(0, -2) });
  const count = sizeOf(batch);
  const left = reshape(expand(a, [...batch, m, k]), [count, m, k]);
  const right = reshape(expand(b, [...batch, k, n]), [count, k, n]);
  return reshape(stackProduct(left, right), [...batch, m, n]);
}

/** [m, k] times [k, n]. */
function product<D extends DType>(a: Tensor<D>, b: Tensor): Tensor<D> {
  const { device } = a;
  const [m = 0, k = 0] = a.shape;
  const [inner = 0, n = 0] = b.shape;
  if (inner !== k) throw misfit(a.shape, b.shape);
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
          gemm(device, { a: gradOutput, b: gradients.read(b), output: gradA, m, n: k, k: n, layout: 'NT', accumulate }),
        true,
      );
      gradients.add(
        b,
        (gradB, accumulate) =>
          gemm(device, { a: gradients.read(a), b: gradOutput, output: gradB, m: k, n, k: m, layout: 'TN', accumulate }),
        true,
      );
    },
  });
}

/** [count, m, k] times [count, k, n], matrix by matrix. */
function stackProduct<D extends DType>(a: Tensor<D>, b: Tensor): Tensor<D> {
  const { device } = a;
  const [count = 0, m = 0, k = 0] = a.shape;
  const n = b.shape[2] ?? 0;
  const array = device.allocate(a.array.elementType, Math.max(1, count * m * n), 'matmul');
  const [sizeA, sizeB, sizeOutput] = [m * k, k * n, m * n];
  const batch = (strideA: number, strideB: number, strideOutput: number) => ({ count, strideA, strideB, strideOutput });
  gemm(device, {
    a: a.array,
    b: b.array,
    output: array,
    m,
    n,
    k,
    layout: 'NN',
    batch: batch(sizeA, sizeB, sizeOutput),
  });
  return operationResult({
    operation: 'matmul',
    inputs: [a, b],
    array,
    shape: [count, m, n],
    backward(gradients) {
      const gradOutput = gradients.output;
      gradients.add(
        a,
        (output, accumulate) =>
          gemm(device, {
            a: gradOutput,
            b: gradients.read(b),
            output,
            m,
            n: k,
            k: n,
            layout: 'NT',
            accumulate,
            batch: batch(sizeOutput, sizeB, sizeA),
          }),
        true,
      );
      gradients.add(
        b,
        (output, accumulate) =>
          gemm(device, {
            a: gradients.read(a),
            b: gradOutput,
            output,
            m: k,
            n,
            k: m,
            layout: 'TN',
            accumulate,
            batch: batch(sizeA, sizeOutput, sizeB),
          }),
        true,
      );
    },
  });
}
