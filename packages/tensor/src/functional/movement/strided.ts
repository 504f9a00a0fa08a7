import * as kernels from '@attune/kernels';
import type { StridedLayout } from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import { sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { sumOver } from '../reductions/reducedAxes.ts';
import type { DType } from '../../dtypes.ts';

/** The same elements in another shape, in the same memory. */
export function viewOf<D extends DType>(operation: string, input: Tensor<D>, shape: Shape): Tensor<D> {
  return operationResult({
    operation,
    inputs: [input],
    array: input.array,
    shape,
    isView: true,
    backward: (gradients) => gradients.handOn(input),
  });
}

/**
 * Elements of a tensor in a strided layout, as a new tensor: a view where these are all elements in
 * order, else a copy. No element may be read twice except by strides of 0.
 */
export function stridedResult<D extends DType>(
  operation: string,
  input: Tensor<D>,
  shape: Shape,
  layout: StridedLayout,
): Tensor<D> {
  if (isWhole(input, shape, layout)) return viewOf(operation, input, shape);
  const { device } = input;
  const array = device.allocate(input.array.elementType, Math.max(1, sizeOf(shape)), operation);
  kernels.stridedCopy(device, { input: input.array, output: array, shape, from: layout });
  return operationResult({
    operation,
    inputs: [input],
    array,
    shape,
    keepsType: true,
    backward: (gradients) =>
      gradients.add(input, (gradInput) => {
        const repeated = shape.flatMap((extent, axis) => (layout.strides[axis] === 0 && extent !== 1 ? [axis] : []));
        const once = shape.map((extent, axis) => (repeated.includes(axis) ? 1 : extent));
        const isAll = sizeOf(once) === input.size;
        const sums = repeated.length > 0 ? device.allocate('f32', Math.max(1, sizeOf(once)), 'sums') : gradients.output;
        if (repeated.length > 0) sumOver(device, gradients.output, { shape, axes: repeated }, { output: sums });
        if (!isAll) device.clear(gradInput);
        const from = { strides: kernels.contiguousStrides(once) };
        kernels.stridedCopy(device, { input: sums, output: gradInput, shape: once, from, to: layout });
        if (sums !== gradients.output) device.release(sums);
      }),
  });
}

/** Whether a layout covers all elements of the tensor, in order. */
function isWhole(input: Tensor, shape: Shape, { strides, offset = 0 }: StridedLayout): boolean {
  if (offset !== 0 || sizeOf(shape) !== input.size) return false;
  let next = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] as number;
    if (extent !== 1 && strides[axis] !== next) return false;
    next *= extent;
  }
  return true;
}
