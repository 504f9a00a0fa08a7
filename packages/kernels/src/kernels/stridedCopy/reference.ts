import type { StridedLayout } from './options.ts';

/** The elements of a block in order, the last dimension fastest. */
export function stridedReference(
  input: ArrayLike<number>,
  shape: readonly number[],
  { strides, offset = 0 }: StridedLayout,
): Float64Array {
  let places = [offset];
  for (const [axis, extent] of shape.entries())
    places = places.flatMap((place) =>
      Array.from({ length: extent }, (_, step) => place + step * (strides[axis] ?? 0)),
    );
  return Float64Array.from(places, (place) => input[place] ?? NaN);
}
