import type { UnaryMember } from './members.ts';

/** output = function(input) */
export function unaryReference({ reference }: UnaryMember, input: ArrayLike<number>, p = 0, q = 0): Float64Array {
  return Float64Array.from(input, (x) => reference(x, p, q));
}

/** The slope of the function at each place, by differences of the fourth order. */
export function unarySlopeReference({ reference }: UnaryMember, input: ArrayLike<number>, p = 0, q = 0): Float64Array {
  return Float64Array.from(input, (x) => {
    const step = 1e-3 * Math.max(Math.abs(x), 0.1);
    const difference = (width: number) => reference(x + width, p, q) - reference(x - width, p, q);
    return (8 * difference(step) - difference(2 * step)) / (12 * step);
  });
}
