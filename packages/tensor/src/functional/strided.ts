import * as kernels from '@attune/kernels';
import { sumAlong } from '@attune/kernels/internal';
import type { GpuArray, ReducedShape, ReduceOptions, StridedLayout } from '@attune/kernels';
import { operationResult } from '../autograd/operation.ts';
import type { Device } from '../device.ts';
import { sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { around } from './axes.ts';
import type { DType } from '../dtypes.ts';

/** The same elements under another shape, in the same memory. */
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
 * Elements of a tensor from these places, as a tensor of its own: a view where they are all of them
 * in order, else a copy. No place is read twice but by strides of 0.
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

/** Whether these places are all of the tensor's, in order. */
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

/** Writes the sums over some axes of a shape, times a factor. */
export function sumOver(
  device: Device,
  input: GpuArray,
  { shape, axes }: { readonly shape: Shape; readonly axes: readonly number[] },
  target: Pick<ReduceOptions, 'output' | 'factor'>,
): void {
  const layout = gathered(device, input, shape, axes);
  sumAlong(device, { ...layout, ...target });
  if (layout.input !== input) device.release(layout.input);
}

/**
 * An array seen from axes that are reduced as one: as it is where they are neighbours, else copied
 * with them at the end. The caller releases `input` where it is another array.
 */
export function gathered(
  device: Device,
  input: GpuArray,
  shape: Shape,
  axes: readonly number[],
): ReducedShape & { readonly input: GpuArray } {
  const real = axes.filter((axis) => shape[axis] !== 1);
  const [first = 0] = real;
  const last = real.at(-1);
  if (last === undefined) return { input, ...around([sizeOf(shape), 1], 1) };
  const between = shape.slice(first, last + 1);
  const alone = between.every((extent, index) => extent === 1 || real.includes(first + index));
  if (alone) return { input, ...around([...shape.slice(0, first), sizeOf(between), ...shape.slice(last + 1)], first) };
  const order = axesLast(shape, real);
  const array = device.allocate(input.elementType, Math.max(1, sizeOf(shape)), 'axes in a row');
  const strides = kernels.contiguousStrides(shape);
  const permuted = order.map((axis) => shape[axis] as number);
  kernels.stridedCopy(device, {
    input,
    output: array,
    shape: permuted,
    from: { strides: order.map((axis) => strides[axis] as number) },
  });
  const kept = permuted.length - real.length;
  return { input: array, outer: sizeOf(permuted.slice(0, kept)), length: sizeOf(permuted.slice(kept)), inner: 1 };
}

/** The order of axes that has these at the end. */
export function axesLast(shape: Shape, axes: readonly number[]): number[] {
  return [...shape.keys()].filter((axis) => !axes.includes(axis)).concat(axes);
}
