import { wgsl as power } from '../../wgsl/power.wgsl.ts';
import type { GeneratedWgsl } from '../../wgsl/preprocess.ts';
import { scaled, sum } from './member.ts';
import type { ReduceMember } from './member.ts';
import { wgsl as wideSquares } from './wideSquares.wgsl.ts';

const adding = { combined: 'a + b', empty: 0 };

/** All members of the family. A new one is a line here, and one in `reduceReferences`. */
export const reduceMembers = {
  sum,
  product: { combined: 'a * b', whole: 'a * b', empty: 1 },
  maximum: { combined: 'larger(a, b)', whole: 'max(a, b)', empty: -Infinity },
  minimum: { combined: 'smaller(a, b)', whole: 'min(a, b)', empty: Infinity },
  any: { value: 'truth(x)', combined: 'max(a, b)', empty: 0 },
  all: { value: 'truth(x)', combined: 'min(a, b)', empty: 1 },
  nonZeros: { ...adding, value: 'truth(x)' },
  absoluteMaximum: { value: 'abs(x)', combined: 'larger(a, b)', empty: 0 },
  absoluteMinimum: { value: 'abs(x)', combined: 'smaller(a, b)', empty: Infinity },
  absoluteSum: { ...adding, value: 'abs(x)' },
  euclidean: { ...adding, value: 'x * x', finished: 'sqrt(total)' },
  powers: {
    ...adding,
    value: 'powOf(abs(x), parameters.power)',
    finished: 'powOf(total, 1.0 / parameters.power)',
    includes: [power],
  },
  /** The mean, by a value near it: exact where all elements are equal. */
  mean: {
    ...adding,
    value: 'x - finiteOrZero(center)',
    finished: `finiteOrZero(center) + ${scaled}`,
    centered: true,
  },
  variance: { ...adding, value: '(x - center) * (x - center)', finished: scaled, centered: true },
  deviation: {
    value: 'wideSquare(x - center)',
    combined: 'wideSum(a, b)',
    empty: 0,
    finished: 'sqrt(abs(total) * parameters.factor) * select(0x1p-32, 0x1p63, total < 0.0)',
    centered: true,
    includes: [wideSquares],
  },
  logSumExp: {
    ...adding,
    value: 'exp(x - finiteOrZero(center))',
    finished: 'select(logarithmOf(total) + finiteOrZero(center), center, isNan(center))',
    centered: true,
  },
  equals: { ...adding, value: 'select(0.0, 1.0, x == center)', centered: true },
  absoluteEquals: { ...adding, value: 'select(0.0, 1.0, abs(x) == center)', centered: true },
} as const satisfies Readonly<Record<string, Omit<ReduceMember, 'name'>>>;

/** Names of the reductions. */
export type ReduceName = keyof typeof reduceMembers;

/**
 * Gradients by an element `x`, in terms of the gradient `g` of its row's result and up to two
 * values of the row, `a` and `b`.
 */
export const reduceGradients = {
  /** a: the greatest or least, b: how many elements equal it, which share the gradient. */
  extremum: 'select(0.0, 1.0, x == a) * (g / b)',
  /** The same for absolute values. */
  absoluteExtremum: 'select(0.0, sign(x) * g / b, abs(x) == a)',
  absoluteSum: 'g * sign(x)',
  /** a: the norm. */
  euclidean: 'select(g * (x / a), 0.0, isZero(a))',
  powers: 'select(g * sign(x) * powOf(abs(x) / a, parameters.power - 1.0), 0.0, isZero(x) || isZero(a))',
  /** a: the mean. */
  variance: 'g * parameters.factor * (x - a)',
  /** a: the mean, b: the deviation. */
  deviation: 'select(g * parameters.factor * (x - a) / b, 0.0, isZero(b))',
  /** a: the logarithm. */
  logSumExp: 'g * expKeepingNan(x - a)',
} as const;

/** `product` has a kernel of its own: it needs all other elements. */
export type ReduceGradientName = keyof typeof reduceGradients | 'product';

export function gradientWgsl(name: keyof typeof reduceGradients): GeneratedWgsl {
  return {
    key: name,
    write: () => `fn gradientOf(x: f32, g: f32, a: f32, b: f32) -> f32 { return ${reduceGradients[name]}; }`,
    includes: name === 'powers' ? [power] : [],
  };
}
