import type { GatherOptions, IndexStrides } from './options.ts';

type Indexed = Pick<GatherOptions, 'outer' | 'places' | 'inner' | 'strides'>;

export function stridesOf({ places, inner, strides }: Indexed): IndexStrides {
  return strides ?? { outer: places * inner, place: inner, inner: 1 };
}

/** How many numbers the index array must hold. */
export function indexLength(options: Indexed): number {
  const { outer, places, inner } = options;
  if (outer * places * inner === 0) return 0;
  const strides = stridesOf(options);
  return 1 + (outer - 1) * strides.outer + (places - 1) * strides.place + (inner - 1) * strides.inner;
}

export const indexNumbers = ({ outer, place, inner }: IndexStrides): number[] => [outer, place, inner];
