import * as kernels from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import type { Device } from '../device.ts';
import { ShapeError } from '../errors.ts';
import { formatShape, shapesEqual, sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { sumOver } from './reductions/reducedAxes.ts';

/**
 * The shape that tensors broadcast to, as in NumPy: from the last dimension on, extents are equal,
 * or 1.
 *
 * @throws ShapeError naming the operation and both shapes
 */
export function broadcastShapes(operation: string, shapes: Readonly<Record<string, Shape>>): Shape {
  let result: Shape = [];
  for (const name in shapes) {
    const shape = shapes[name] as Shape;
    const rank = Math.max(result.length, shape.length);
    result = Array.from({ length: rank }, (_, axis) => {
      const [before, own] = [result[axis - rank + result.length] ?? 1, shape[axis - rank + shape.length] ?? 1];
      if (before !== own && before !== 1 && own !== 1)
        throw new ShapeError(
          `${operation}: ${name} has the shape ${formatShape(shape)}, which does not broadcast to ${formatShape(result)}: dimension ${axis - rank} is ${own} and ${before}; one of them must be 1, or both equal`,
        );
      return before === 1 ? own : before;
    });
  }
  return result;
}

/**
 * Refuses a loss where both tensors would be broadcast, as [4, 1] and [4]: it would compare every
 * input with every target. One of them may be broadcast to the other.
 *
 * @throws ShapeError naming the operation and both shapes
 */
export function requirePairs(operation: string, input: Shape, target: Shape): void {
  const result = broadcastShapes(operation, { input, target });
  const size = sizeOf(result);
  if (size === sizeOf(input) || size === sizeOf(target)) return;
  throw new ShapeError(
    `${operation}: input has the shape ${formatShape(input)} and target ${formatShape(target)}: each number of one would be compared ` +
      `with each of the other, ${formatShape(result)}. Reshape one of them, or expand() both.`,
  );
}

/** The strides of a tensor along the dimensions of the shape that it is broadcast to. */
function stridesTo(shape: Shape, result: Shape): number[] {
  const own = kernels.contiguousStrides(shape);
  const missing = result.length - shape.length;
  return result.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : (own[axis - missing] as number)));
}

/** The broadcast options of kernels; undefined where no array is broadcast. */
export function broadcastOf(
  result: Shape,
  shapes: Readonly<Record<string, Shape>>,
): { extents: Shape; strides: Record<string, number[]> } | undefined {
  const all = Object.entries(shapes);
  if (all.every(([, shape]) => shapesEqual(shape, result))) return undefined;
  return { extents: result, strides: Object.fromEntries(all.map(([name, shape]) => [name, stridesTo(shape, result)])) };
}

/**
 * Records the gradient of a tensor that may have been broadcast. `write` records it for every
 * element of the result; where the tensor was broadcast, these are summed.
 *
 * @param target the tensor's shape, and where its gradient goes
 */
export function writeGradient(
  device: Device,
  operation: string,
  result: Shape,
  target: { readonly array: GpuArray; readonly shape: Shape },
  write: (full: GpuArray) => void,
): void {
  if (shapesEqual(target.shape, result)) return write(target.array);
  const full = device.allocate('f32', Math.max(1, sizeOf(result)), `${operation} backward`);
  write(full);
  writeSums(device, full, result, target);
  device.release(full);
}

/**
 * Records the gradient of a tensor that was broadcast: sums over the broadcast dimensions, in an
 * order that depends on the shapes alone, times a factor.
 */
export function writeSums(
  device: Device,
  full: GpuArray,
  result: Shape,
  target: { readonly array: GpuArray; readonly shape: Shape; readonly factor?: number },
): void {
  const { shape } = target;
  const missing = result.length - shape.length;
  const repeated = [...result.keys()].filter((axis) => axis < missing || shape[axis - missing] === 1);
  const { array: output, factor } = target;
  sumOver(device, full, { shape: result, axes: repeated }, { output, factor });
}
