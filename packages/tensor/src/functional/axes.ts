import { requireArgument, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { ShapeError, TensorError } from '../errors.ts';
import { formatShape, shownExtents } from '../shape.ts';
import type { Shape } from '../shape.ts';

/**
 * The index of a dimension, counted from 0; -1 is the last.
 *
 * @param extra how many dimensions beyond the shape's are allowed, as for a new one
 * @throws ShapeError
 */
export function readAxis(operation: string, name: string, dim: number, shape: Shape, extra = 0): number {
  const rank = shape.length + extra;
  // A scalar has the dimensions 0 and -1, as in PyTorch.
  const most = Math.max(1, rank);
  if (Number.isInteger(dim) && dim >= -most && dim < most) return dim < 0 ? dim + most : dim;
  throw new ShapeError(
    `${operation}: ${name} must be a whole number from ${-most} to ${most - 1} for the shape ${formatShape(shape)}; got ${shownDim(name, dim)}`,
  );
}

/** What stands in the place of a dimension, and for options what to write. */
export function shownDim(name: string, dim: unknown): string {
  const given = shown(dim);
  return given.startsWith('an object') ? `${given}; ${name} is an argument of its own, before any options` : given;
}

const axesKind: Kind = {
  what: 'a number or an array of numbers',
  holds: (value) =>
    typeof value === 'number' || (Array.isArray(value) && [...value].every((axis) => typeof axis === 'number')),
};

/**
 * The indices of dimensions, ascending: one, several, or all where none is named.
 *
 * @throws ShapeError for one out of range, or named twice
 */
export function readAxes(
  operation: string,
  name: string,
  dims: number | readonly number[] | null | undefined,
  shape: Shape,
): number[] {
  if (dims === undefined || dims === null) return shape.map((_, axis) => axis);
  requireArgument(operation, name, dims, axesKind, TensorError);
  const given = typeof dims === 'number' ? [dims] : dims;
  const axes = given.map((dim) => readAxis(operation, name, dim, shape));
  if (new Set(axes).size !== axes.length)
    throw new ShapeError(`${operation}: ${name} names a dimension twice: ${shownExtents(dims)}`);
  return axes.filter((axis) => axis < shape.length).sort((a, b) => a - b);
}

/** The shape of a result without these dimensions, or with extents of 1 in their place. */
export function withoutAxes(shape: Shape, axes: readonly number[], keepDim: boolean): Shape {
  return keepDim
    ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** Product of the extents before a dimension, its extent, and product of those after it. */
export function around(shape: Shape, axis: number): { outer: number; length: number; inner: number } {
  const product = (extents: Shape) => extents.reduce((size, extent) => size * extent, 1);
  return { outer: product(shape.slice(0, axis)), length: shape[axis] ?? 1, inner: product(shape.slice(axis + 1)) };
}
