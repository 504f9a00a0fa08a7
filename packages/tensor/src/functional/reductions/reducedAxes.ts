import { contiguousStrides, stridedCopy } from '@attune/kernels';
import { sumAlong } from '@attune/kernels/internal';
import type { GpuArray, ReducedShape, ReduceOptions } from '@attune/kernels';
import type { Device } from '../../device.ts';
import { sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { around } from '../axes.ts';

/** Records the sums over some axes of a shape, times a factor. */
export function sumOver(
  device: Device,
  input: GpuArray,
  { shape, axes }: { readonly shape: Shape; readonly axes: readonly number[] },
  target: Pick<ReduceOptions, 'output' | 'factor'>,
): void {
  const layout = reducedAxes(device, input, shape, axes);
  sumAlong(device, { ...layout, ...target });
  if (layout.input !== input) device.release(layout.input);
}

/**
 * An array with several axes to reduce as one: unchanged where they are neighbours, else a copy
 * with them last. The caller releases `input` where it is a copy.
 */
export function reducedAxes(
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
  const array = device.allocate(input.elementType, Math.max(1, sizeOf(shape)), 'contiguous axes');
  const strides = contiguousStrides(shape);
  const permuted = order.map((axis) => shape[axis] as number);
  stridedCopy(device, {
    input,
    output: array,
    shape: permuted,
    from: { strides: order.map((axis) => strides[axis] as number) },
  });
  const kept = permuted.length - real.length;
  return { input: array, outer: sizeOf(permuted.slice(0, kept)), length: sizeOf(permuted.slice(kept)), inner: 1 };
}

/** The order of axes with these last. */
export function axesLast(shape: Shape, axes: readonly number[]): number[] {
  return [...shape.keys()].filter((axis) => !axes.includes(axis)).concat(axes);
}
