import { shown } from '@attune/validate';
import { ShapeError, TensorError } from './errors.ts';
import { formatShape, sizeOf } from './shape.ts';
import type { Shape } from './shape.ts';

/** Numbers, bigints or booleans in arrays of arrays of any depth. */
export type Nested = number | bigint | boolean | readonly Nested[];

export interface FlatValues {
  readonly values: readonly number[];
  readonly shape: Shape;
  /** `bool` for booleans, `i32` for bigints, else `f32`. */
  readonly dtype: 'bool' | 'i32' | 'f32';
}

/**
 * Flattens nested arrays to their values and shape.
 *
 * @throws ShapeError where rows differ in length, TensorError for anything but numbers and booleans
 */
export function flatten(data: Nested): FlatValues {
  const shape: number[] = [];
  for (let inner: Nested | undefined = data; Array.isArray(inner); inner = inner[0] as Nested | undefined)
    shape.push(inner.length);
  const values: number[] = [];
  let type: string | null = null;
  const add = (item: unknown, depth: number, place: string): void => {
    if (depth === shape.length) {
      if (typeof item !== 'number' && typeof item !== 'boolean' && typeof item !== 'bigint')
        throw new TensorError(`tensor: data${place} is ${shown(item)}; it must be a number or a boolean`);
      type ??= typeof item;
      if (typeof item !== type)
        throw new TensorError(`tensor: data${place} is a ${typeof item}; the first is a ${type}`);
      values.push(Number(item));
      return;
    }
    if (!Array.isArray(item) || item.length !== shape[depth])
      throw new ShapeError(
        `tensor: data${place} is ${shown(item)}; it must be an array of ${shape[depth]}, as its neighbours are`,
      );
    // A loop, as arrays may have holes.
    for (let index = 0; index < item.length; index++) add(item[index], depth + 1, `${place}[${index}]`);
  };
  add(data, 0, '');
  return { values, shape, dtype: type === 'boolean' ? 'bool' : type === 'bigint' ? 'i32' : 'f32' };
}

/** The values of a tensor: numbers, or booleans for bool, in nested arrays. */
export type Plain = number | boolean | Plain[];

/** Values as nested arrays of this shape. @throws ShapeError where they do not fit it */
export function nest(values: ArrayLike<number>, shape: Shape, dtype: string): Plain {
  if (values.length !== sizeOf(shape)) throw new ShapeError(`${values.length} values do not fit ${formatShape(shape)}`);
  const take = (depth: number, first: number): Plain => {
    if (depth === shape.length) return dtype === 'bool' ? values[first] !== 0 : (values[first] as number);
    const step = sizeOf(shape.slice(depth + 1));
    return Array.from({ length: shape[depth] as number }, (_, index) => take(depth + 1, first + index * step));
  };
  return take(0, 0);
}
