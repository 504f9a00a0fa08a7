import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { wgsl as exponential } from '../../wgsl/exponential.wgsl.ts';
import { wgsl as floatBits } from '../../wgsl/floatBits.wgsl.ts';
import { wgsl as logarithm } from '../../wgsl/logarithm.wgsl.ts';
import { wgsl as trigonometry } from '../../wgsl/trigonometry.wgsl.ts';
import { wgsl as geluFunctions } from '../gelu/geluFunctions.wgsl.ts';
import { erf as erfReference } from '../gelu/reference.ts';

/** One function of a number, with its derivative. */
export interface UnaryMember {
  readonly name: string;
  /** WGSL of the value at `x`; `p` and `q` are the parameters. */
  readonly value: string;
  /**
   * WGSL of the derivative, in terms of `x` and the value `y`; null where the result is not a
   * float.
   */
  readonly derivative: string | null;
  /** The value in float64: the specification. */
  readonly reference: (x: number, p: number, q: number) => number;
  /**
   * How whole numbers are treated: `keep` computes in their own type, which `value` must allow;
   * `float` (the default) in f32; `test` gives 0 or 1 in u32, for floats too.
   */
  readonly integers?: 'keep' | 'float' | 'test' | undefined;
  /** WGSL of the value for whole numbers, where it differs. */
  readonly ofIntegers?: string | undefined;
  /** WGSL files that the formula needs. Default: none. */
  readonly includes?: readonly WgslFile[] | undefined;
  /** Units of f32 roundoff that the value may be off by. Default 4. */
  readonly roundings?: number | undefined;
}

const logistic = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
/** To the nearest whole number, ties to the even one. */
const roundToEven = (x: number): number => {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
};
const cubicTerm = 0.044715;
const rootOfTwoOverPi = 0.7978845608028654;
const bounded = 'clamp(x, -20.0, 20.0)';
const geluTanhArgument = (x: string): string =>
  `(2.0 * ${rootOfTwoOverPi} * (${x} + ${cubicTerm} * ${x} * ${x} * ${x}))`;
const geluTanhValue = (): string => `x * sigmoidOf(${geluTanhArgument('x')})`;
// Beyond 20 the derivative is 0 or 1; bounding x avoids 0 times infinity.
const geluTanhDerivative = (): string => {
  const power = `sigmoidOf(${geluTanhArgument(bounded)})`;
  return `${power} + y * (1.0 - ${power}) * (2.0 * ${rootOfTwoOverPi} * (1.0 + ${3 * cubicTerm} * ${bounded} * ${bounded}))`;
};

// The family. A new member is one constant here; its tests come by themselves. Formulas are scalar;
// NaN and infinities give what PyTorch gives. Only literals and pure calls, so that bundlers drop
// members that nobody imports.
/** -x */
export const neg: UnaryMember = {
  name: 'neg',
  value: '-x',
  derivative: '-1.0',
  reference: (x) => -x,
  integers: 'keep',
  ofIntegers: 'T(0) - x',
};
/** The magnitude of x. */
export const abs: UnaryMember = {
  name: 'abs',
  value: 'abs(x)',
  derivative: 'f32(x > 0.0) - f32(x < 0.0)',
  reference: Math.abs,
  integers: 'keep',
};
/** -1, 0 or 1 */
export const sign: UnaryMember = {
  name: 'sign',
  value: 'f32(x > 0.0) - f32(x < 0.0)',
  derivative: '0.0',
  reference: (x) => Math.sign(x) || 0,
  integers: 'keep',
  ofIntegers: 'T(x > 0) - T(x < 0)',
};
/** x * x */
export const square: UnaryMember = {
  name: 'square',
  value: 'x * x',
  derivative: '2.0 * x',
  reference: (x) => x * x,
  integers: 'keep',
};
/** e to the power of x */
export const exp: UnaryMember = {
  name: 'exp',
  value: 'expOf(x)',
  derivative: 'y',
  reference: Math.exp,
  includes: [exponential],
};
/** exp(x) - 1, exact near 0 */
export const expm1: UnaryMember = {
  name: 'expm1',
  value: 'expm1Of(x)',
  derivative: 'y + 1.0',
  reference: Math.expm1,
  includes: [exponential],
};
/** The natural logarithm. */
export const log: UnaryMember = {
  name: 'log',
  value: 'logOf(x)',
  derivative: '1.0 / x',
  reference: Math.log,
  includes: [logarithm],
};
/** log(1 + x), exact near 0 */
export const log1p: UnaryMember = {
  name: 'log1p',
  value: 'log1pOf(x)',
  derivative: '1.0 / (1.0 + x)',
  reference: Math.log1p,
  includes: [logarithm],
};
/** The square root. */
export const sqrt: UnaryMember = { name: 'sqrt', value: 'sqrt(x)', derivative: '0.5 / y', reference: Math.sqrt };
/** 1 / sqrt(x) */
export const rsqrt: UnaryMember = {
  name: 'rsqrt',
  value: '1.0 / sqrt(x)',
  derivative: '-0.5 * y * y * y',
  reference: (x) => 1 / Math.sqrt(x),
  roundings: 6,
};
/** 1 / x */
export const reciprocal: UnaryMember = {
  name: 'reciprocal',
  value: '1.0 / x',
  derivative: '-y * y',
  reference: (x) => 1 / x,
  roundings: 6,
};
/** The sine of x radians. */
export const sin: UnaryMember = {
  name: 'sin',
  value: 'sinOf(x)',
  derivative: 'cosOf(x)',
  reference: Math.sin,
  includes: [trigonometry],
};
/** The cosine of x radians. */
export const cos: UnaryMember = {
  name: 'cos',
  value: 'cosOf(x)',
  derivative: '-sinOf(x)',
  reference: Math.cos,
  includes: [trigonometry],
};
/** 1 / (1 + exp(-x)) */
export const sigmoid: UnaryMember = {
  name: 'sigmoid',
  value: 'sigmoidOf(x)',
  derivative: 'y * (1.0 - y)',
  reference: logistic,
  includes: [exponential],
  roundings: 8,
};
/** max(x, 0) */
export const relu: UnaryMember = {
  name: 'relu',
  value: 'select(x, 0.0, x <= 0.0)',
  derivative: 'select(1.0, 0.0, x <= 0.0)',
  reference: (x) => (x <= 0 ? 0 : x),
  integers: 'keep',
  ofIntegers: 'max(x, T(0))',
};
/** x where it is above 0, else p * x */
export const leakyRelu: UnaryMember = {
  name: 'leakyRelu',
  value: 'select(p * x, x, x > 0.0)',
  derivative: 'select(p, 1.0, x > 0.0)',
  reference: (x, p) => (x > 0 ? x : p * x),
};
/** x where it is above 0, else p * (exp(x) - 1) */
export const elu: UnaryMember = {
  name: 'elu',
  value: 'select(p * expm1Of(x), x, x > 0.0)',
  derivative: 'select(1.0, p * expOf(x), x <= 0.0)',
  reference: (x, p) => (x > 0 ? x : p * Math.expm1(x)),
  includes: [exponential],
  roundings: 6,
};
/** x * sigmoid(x) */
export const silu: UnaryMember = {
  name: 'silu',
  value: 'x * sigmoidOf(x)',
  derivative: 'sigmoidOf(x) * (1.0 + x * (1.0 - sigmoidOf(x)))',
  reference: (x) => x * logistic(x),
  includes: [exponential],
  roundings: 8,
};
/** GELU by tanh: 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
export const geluTanh: UnaryMember = {
  name: 'geluTanh',
  value: /* @__PURE__ */ geluTanhValue(),
  derivative: /* @__PURE__ */ geluTanhDerivative(),
  reference: (x) => x * logistic(2 * rootOfTwoOverPi * (x + cubicTerm * x ** 3)),
  includes: [exponential],
  roundings: 400,
};
/** log(1 + exp(x)); x itself above 20 */
export const softplus: UnaryMember = {
  name: 'softplus',
  value: 'select(select(max(x, 0.0) + log1pOf(expOf(-abs(x))), x, x > 20.0), x, isNan(x))',
  derivative: 'sigmoidOf(x)',
  reference: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  includes: [exponential, logarithm],
  roundings: 8,
};
/** The error function. */
export const erf: UnaryMember = {
  name: 'erf',
  value: 'select(erfOf(x), x, isNan(x))',
  derivative: '1.1283791670955126 * expOf(-x * x)',
  reference: erfReference,
  includes: [geluFunctions, exponential],
  roundings: 10,
};
/** The largest whole number that is not above x. */
export const floor: UnaryMember = {
  name: 'floor',
  value: 'floor(x)',
  derivative: '0.0',
  reference: Math.floor,
  integers: 'keep',
  ofIntegers: 'x',
};
/** The smallest whole number that is not below x. */
export const ceil: UnaryMember = {
  name: 'ceil',
  value: 'ceil(x)',
  derivative: '0.0',
  reference: Math.ceil,
  integers: 'keep',
  ofIntegers: 'x',
};
/** The nearest whole number; halves go to the even one. */
export const round: UnaryMember = {
  name: 'round',
  value: 'round(x)',
  derivative: '0.0',
  reference: roundToEven,
  integers: 'keep',
  ofIntegers: 'x',
};
/** x, clamped to [p, q] */
export const clamp: UnaryMember = {
  name: 'clamp',
  value: 'select(select(select(x, p, x < p), q, select(x, p, x < p) > q), x, isNan(x))',
  // A bound of NaN is none; an infinite x lies on an infinite one.
  derivative: 'f32((x > p || isNan(p)) && (x < q || isNan(q)))',
  reference: (x, p, q) => Math.min(Math.max(x, p), q),
  integers: 'keep',
  ofIntegers: 'min(max(x, p), q)',
  includes: [floatBits],
};
/** 1 where x is NaN, else 0 */
export const isNan: UnaryMember = {
  name: 'isNan',
  value: 'u32(isNan(x))',
  derivative: null,
  reference: (x) => Number(Number.isNaN(x)),
  integers: 'test',
  includes: [floatBits],
};
/** 1 where x is neither infinite nor NaN, else 0 */
export const isFinite: UnaryMember = {
  name: 'isFinite',
  value: 'u32(isFinite(x))',
  derivative: null,
  reference: (x) => Number(Number.isFinite(x)),
  integers: 'test',
  includes: [floatBits],
};
/** 1 where x is 0, else 0 */
export const logicalNot: UnaryMember = {
  name: 'logicalNot',
  value: 'u32(x == 0.0)',
  derivative: null,
  reference: (x) => Number(x === 0),
  integers: 'test',
  ofIntegers: 'u32(x == 0)',
};
