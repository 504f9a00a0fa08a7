import * as kernels from '@attune/kernels';
import { arrayOf, instanceOf, requireArgument, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { operationResult } from '../../autograd/operation.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape, shapesEqual, sizeOf } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { readAxis } from '../axes.ts';
import { requireDeviceOf, requireTensor } from '../checks.ts';
import { unsqueeze } from './movement.ts';
import type { DType } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';

const aTensor = instanceOf(Tensor);
const tensorsKind: Kind = {
  what: 'an array of at least one tensor',
  holds: (value) => Array.isArray(value) && value.length > 0 && value.every((entry) => entry instanceof Tensor),
  found: (value) =>
    (Array.isArray(value) && value.length > 0 ? arrayOf(aTensor, '').found?.(value) : undefined) ?? shown(value),
};

/**
 * Tensors concatenated along a dimension; all other extents and the element types must be equal. As
 * `torch.cat`. Each gets its part of the gradient.
 *
 * @throws ShapeError, TensorError
 */
export function concat<D extends DType>(tensors: readonly Tensor<D>[], dim = 0): Tensor<D> {
  requireAtMost('concat', 2, arguments);
  const [first, axis] = readTensors('concat', tensors, dim);
  const total = tensors.reduce((sum, { shape }) => sum + (shape[axis] as number), 0);
  const shape = first.shape.with(axis, total);
  const { device } = first;
  const strides = kernels.contiguousStrides(shape);
  const array = device.allocate(first.array.elementType, Math.max(1, sizeOf(shape)), 'concat');
  const starts: number[] = [];
  let start = 0;
  for (const input of tensors) {
    starts.push(start * (strides[axis] as number));
    start += input.shape[axis] as number;
  }
  for (const [index, input] of tensors.entries()) {
    if (input.size === 0) continue;
    const from = { strides: kernels.contiguousStrides(input.shape) };
    const to = { strides, offset: starts[index] as number };
    kernels.stridedCopy(device, { input: input.array, output: array, shape: input.shape, from, to });
  }
  return operationResult({
    operation: 'concat',
    inputs: tensors as readonly Tensor[] as [Tensor, ...Tensor[]],
    array,
    shape,
    keepsType: true,
    backward(gradients) {
      const gradOutput = gradients.output;
      for (const [index, input] of tensors.entries()) {
        const from = { strides, offset: input.size === 0 ? 0 : (starts[index] as number) };
        gradients.add(input, (output) =>
          kernels.stridedCopy(device, { input: gradOutput, output, shape: input.shape, from }),
        );
      }
    },
  });
}

function readTensors(operation: string, tensors: readonly Tensor[], dim: number): [Tensor, number] {
  requireArgument(operation, 'tensors', tensors, tensorsKind, TensorError);
  const [first] = tensors as readonly [Tensor, ...Tensor[]];
  const axis = readAxis(operation, 'dim', dim, first.shape);
  if (first.shape.length === 0)
    throw new ShapeError(`${operation}: scalars have no dimension to join along; use stack()`);
  for (const [index, tensor] of tensors.entries()) {
    const { shape } = tensor;
    const fits =
      shape.length === first.shape.length && shape.every((extent, at) => at === axis || extent === first.shape[at]);
    if (!fits)
      throw new ShapeError(
        `${operation}: tensor ${index} has the shape ${formatShape(shape)} and tensor 0 ${formatShape(first.shape)}; only dimension ${axis} may differ`,
      );
    requireBeside(operation, index, tensor, first);
  }
  return [first, axis];
}

/** Checks for a tensor that is not disposed, of the type and on the device of the first. */
function requireBeside(operation: string, index: number, tensor: Tensor, first: Tensor): void {
  requireTensor(operation, `tensor ${index}`, tensor);
  if (tensor.dtype !== first.dtype)
    throw new TensorError(
      `${operation}: tensor ${index} is of ${tensor.dtype} and tensor 0 of ${first.dtype}; use cast() on one of them`,
    );
  requireDeviceOf(operation, `tensor ${index}`, tensor, first);
}

/**
 * Tensors of one shape along a new dimension, as `torch.stack`. Any element type; each gets its
 * part of the gradient.
 *
 * @throws ShapeError, TensorError
 */
export function stack<D extends DType>(tensors: readonly Tensor<D>[], dim = 0): Tensor<D> {
  requireAtMost('stack', 2, arguments);
  requireArgument('stack', 'tensors', tensors, tensorsKind, TensorError);
  const first = tensors[0] as Tensor<D>;
  for (const [index, tensor] of tensors.entries()) {
    requireBeside('stack', index, tensor, first);
    if (!shapesEqual(tensor.shape, first.shape))
      throw new ShapeError(
        `stack: tensor ${index} has the shape ${formatShape(tensor.shape)} and tensor 0 ${formatShape(first.shape)}; all must be equal`,
      );
  }
  const axis = readAxis('stack', 'dim', dim, first.shape, 1);
  return concat(
    tensors.map((input) => unsqueeze(input, axis)),
    axis,
  );
}
