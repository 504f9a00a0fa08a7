import { requireArgument, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { ShapeError } from './errors.ts';

/** Extents of a tensor, outermost first; empty for a scalar. */
export type Shape = readonly number[];

/** Number of elements of a tensor of this shape; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let index = 0; index < shape.length; index++) size *= shape[index] as number;
  return size;
}

export function shapesEqual(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Rows and columns of a tensor seen as a matrix: the last extent is the columns. */
export function asMatrix(shape: Shape): { rows: number; columns: number } {
  const last = shape.length - 1;
  let rows = 1;
  for (let index = 0; index < last; index++) rows *= shape[index] as number;
  return { rows, columns: shape[last] ?? 1 };
}

/** @throws ShapeError naming the operation and both shapes */
export function requireShape(operation: string, name: string, shape: Shape, expected: Shape): void {
  if (!shapesEqual(shape, expected))
    throw new ShapeError(
      `${operation}: ${name} has the shape ${formatShape(shape)}; expected ${formatShape(expected)}`,
    );
}

/**
 * Rows to allocate for a batch of `rows` tokens: 64, 128, 192, 256, 384, 512, 768, 1024, … Token
 * counts differ from batch to batch; with these steps the pool can reuse memory.
 */
export function bucketRows(rows: number): number {
  if (rows <= 64) return 64;
  if (rows <= 256) return Math.ceil(rows / 64) * 64;
  const step = 2 ** (Math.ceil(Math.log2(rows)) - 2);
  return Math.ceil(rows / step) * step;
}

const isShape = (value: unknown): boolean =>
  Array.isArray(value) && [...value].every((extent) => Number.isSafeInteger(extent) && extent >= 0);

/** A value passed for extents or dimensions, for messages: `[1.5, 4]`. */
export const shownExtents = (value: unknown): string =>
  Array.isArray(value) && value.length < 10 ? `[${value.map(shown).join(', ')}]` : shown(value);

export const shapeKind: Kind = {
  what: 'an array of whole numbers of at least 0, such as [2, 3]',
  holds: isShape,
  found: shownExtents,
};

/** @throws ShapeError when this is not a shape */
export function requireExtents(where: string, shape: unknown): void {
  if (!isShape(shape)) requireArgument(where, 'shape', shape, shapeKind, ShapeError);
}
