import type { ReduceGradientName, ReduceName } from './members.ts';
import type { ReducedShape } from './options.ts';

/** Computes a member from the values along an axis. */
type Member = (values: readonly number[], center: number, parameters: { factor: number; power: number }) => number;

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const product = (values: readonly number[]): number => values.reduce((result, value) => result * value, 1);
const truth = (value: number): number => Number(value !== 0);
const squares = (values: readonly number[], center: number): number => total(values.map((x) => (x - center) ** 2));

/** The members in float64. */
export const reduceReferences: Readonly<Record<ReduceName, Member>> = {
  sum: (values, _, { factor }) => factor * total(values),
  product,
  maximum: (values) => Math.max(...values),
  minimum: (values) => Math.min(...values),
  any: (values) => Math.max(0, ...values.map(truth)),
  all: (values) => Math.min(1, ...values.map(truth)),
  nonZeros: (values) => total(values.map(truth)),
  absoluteMaximum: (values) => Math.max(0, ...values.map(Math.abs)),
  absoluteMinimum: (values) => Math.min(...values.map(Math.abs)),
  absoluteSum: (values) => total(values.map(Math.abs)),
  euclidean: (values) => Math.hypot(...values),
  powers: (values, _, { power }) => total(values.map((x) => Math.abs(x) ** power)) ** (1 / power),
  mean: (values, center, { factor }) => center + factor * total(values.map((x) => x - center)),
  variance: (values, center, { factor }) => factor * squares(values, center),
  deviation: (values, center, { factor }) => Math.sqrt(factor * squares(values, center)),
  logSumExp: (values) => {
    const largest = Math.max(...values);
    const middle = Number.isFinite(largest) ? largest : 0;
    return middle + Math.log(total(values.map((x) => Math.exp(x - middle))));
  },
  equals: (values, center) => values.filter((x) => x === center).length,
  absoluteEquals: (values, center) => values.filter((x) => Math.abs(x) === center).length,
};

type Gradient = (x: number, g: number, a: number, b: number, parameters: { factor: number; power: number }) => number;

/** The gradients in float64. */
export const reduceGradientReferences: Readonly<Record<Exclude<ReduceGradientName, 'product'>, Gradient>> = {
  extremum: (x, g, a, b) => (x === a ? 1 : 0) * (g / b),
  absoluteExtremum: (x, g, a, b) => (Math.abs(x) === a ? (Math.sign(x) * g) / b : 0),
  absoluteSum: (x, g) => g * Math.sign(x),
  euclidean: (x, g, a) => (a === 0 ? 0 : (g * x) / a),
  powers: (x, g, a, _, { power }) => (x === 0 || a === 0 ? 0 : g * Math.sign(x) * (Math.abs(x) / a) ** (power - 1)),
  variance: (x, g, a, _, { factor }) => g * factor * (x - a),
  deviation: (x, g, a, b, { factor }) => (b === 0 ? 0 : (g * factor * (x - a)) / b),
  logSumExp: (x, g, a) => g * Math.exp(x - a),
};

/** The values along the axis for every row of the result, in the order of the result. */
export function rowsOf(input: ArrayLike<number>, { outer, length, inner }: ReducedShape): number[][] {
  const row = (index: number) => {
    const first = Math.floor(index / inner) * length * inner + (index % inner);
    return Array.from({ length }, (_, place) => input[first + place * inner] as number);
  };
  return Array.from({ length: outer * inner }, (_, index) => row(index));
}

/** Index of the greatest or least value, the first of equals; NaN is both. */
export function argReduceReference(values: readonly number[], least: boolean): number {
  const nan = values.findIndex(Number.isNaN);
  return nan >= 0 ? nan : values.indexOf(least ? Math.min(...values) : Math.max(...values));
}

/** The gradient by each value of a row: the product of all others. */
export function productGradientReference(values: readonly number[], g: number): number[] {
  return values.map((_, place) => g * product(values.toSpliced(place, 1)));
}
