import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { wgsl as exponential } from '../../wgsl/exponential.wgsl.ts';
import { wgsl as floatBits } from '../../wgsl/floatBits.wgsl.ts';
import { wgsl as logarithm } from '../../wgsl/logarithm.wgsl.ts';
import { wgsl as trigonometry } from '../../wgsl/trigonometry.wgsl.ts';
import { wgsl as geluFunctions } from '../gelu/geluFunctions.wgsl.ts';
import { erf } from '../gelu/reference.ts';

/** One function of a number, with its derivative. */
export interface UnaryMember {
  /** WGSL of the value at `x`; `p` and `q` are the parameters. */
  readonly value: string;
  /** WGSL of the derivative, from `x` and the value `y`; null where the result is no float. */
  readonly derivative: string | null;
  /** The value in float64: the specification. */
  readonly reference: (x: number, p: number, q: number) => number;
  /**
   * What whole numbers become: `keep` stays of their type, which `value` must be right for; `float`
   * (the default) is computed in f32; `test` gives 0 or 1 in u32, of floats too.
   */
  readonly integers?: 'keep' | 'float' | 'test';
  /** The same of whole numbers, where another formula is right. */
  readonly ofIntegers?: string;
  readonly includes?: readonly WgslFile[];
  /** Units of f32 roundoff that the value may be off by. Default 4. */
  readonly roundings?: number;
}

const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
/** To the nearest whole number, ties to the even one. */
const roundToEven = (x: number): number => {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
};
const cubicTerm = 0.044715;
const rootOfTwoOverPi = 0.7978845608028654;
const geluTanhArgument = (x: string): string =>
  `(2.0 * ${rootOfTwoOverPi} * (${x} + ${cubicTerm} * ${x} * ${x} * ${x}))`;
const bounded = 'clamp(x, -20.0, 20.0)';

/**
 * The family: a line is a new member, which gets its tests by itself. Formulas are scalar; NaN and
 * infinite values go through as in PyTorch.
 */
export const unaryMembers = {
  neg: { value: '-x', derivative: '-1.0', reference: (x) => -x, integers: 'keep', ofIntegers: 'T(0) - x' },
  abs: { value: 'abs(x)', derivative: 'f32(x > 0.0) - f32(x < 0.0)', reference: Math.abs, integers: 'keep' },
  sign: {
    value: 'f32(x > 0.0) - f32(x < 0.0)',
    derivative: '0.0',
    reference: (x) => Math.sign(x) || 0,
    integers: 'keep',
    ofIntegers: 'T(x > 0) - T(x < 0)',
  },
  square: { value: 'x * x', derivative: '2.0 * x', reference: (x) => x * x, integers: 'keep' },
  exp: { value: 'expOf(x)', derivative: 'y', reference: Math.exp, includes: [exponential] },
  expm1: { value: 'expm1Of(x)', derivative: 'y + 1.0', reference: Math.expm1, includes: [exponential] },
  log: { value: 'logOf(x)', derivative: '1.0 / x', reference: Math.log, includes: [logarithm] },
  log1p: { value: 'log1pOf(x)', derivative: '1.0 / (1.0 + x)', reference: Math.log1p, includes: [logarithm] },
  sqrt: { value: 'sqrt(x)', derivative: '0.5 / y', reference: Math.sqrt },
  rsqrt: { value: '1.0 / sqrt(x)', derivative: '-0.5 * y * y * y', reference: (x) => 1 / Math.sqrt(x), roundings: 6 },
  reciprocal: { value: '1.0 / x', derivative: '-y * y', reference: (x) => 1 / x, roundings: 6 },
  sin: { value: 'sinOf(x)', derivative: 'cosOf(x)', reference: Math.sin, includes: [trigonometry] },
  cos: { value: 'cosOf(x)', derivative: '-sinOf(x)', reference: Math.cos, includes: [trigonometry] },
  sigmoid: {
    value: 'sigmoidOf(x)',
    derivative: 'y * (1.0 - y)',
    reference: sigmoid,
    includes: [exponential],
    roundings: 8,
  },
  relu: {
    value: 'select(x, 0.0, x <= 0.0)',
    derivative: 'select(1.0, 0.0, x <= 0.0)',
    reference: (x) => (x <= 0 ? 0 : x),
    integers: 'keep',
    ofIntegers: 'max(x, T(0))',
  },
  leakyRelu: {
    value: 'select(p * x, x, x > 0.0)',
    derivative: 'select(p, 1.0, x > 0.0)',
    reference: (x, p) => (x > 0 ? x : p * x),
  },
  elu: {
    value: 'select(p * expm1Of(x), x, x > 0.0)',
    derivative: 'select(1.0, p * expOf(x), x <= 0.0)',
    reference: (x, p) => (x > 0 ? x : p * Math.expm1(x)),
    includes: [exponential],
    roundings: 6,
  },
  silu: {
    value: 'x * sigmoidOf(x)',
    derivative: 'sigmoidOf(x) * (1.0 + x * (1.0 - sigmoidOf(x)))',
    reference: (x) => x * sigmoid(x),
    includes: [exponential],
    roundings: 8,
  },
  geluTanh: {
    value: `x * sigmoidOf(${geluTanhArgument('x')})`,
    // Beyond 20 the derivative is 0 or 1; bounding x keeps 0 times infinity out.
    derivative: `sigmoidOf(${geluTanhArgument(bounded)}) + y * (1.0 - sigmoidOf(${geluTanhArgument(bounded)})) * (2.0 * ${rootOfTwoOverPi} * (1.0 + ${3 * cubicTerm} * ${bounded} * ${bounded}))`,
    reference: (x) => x * sigmoid(2 * rootOfTwoOverPi * (x + cubicTerm * x ** 3)),
    includes: [exponential],
    roundings: 400,
  },
  softplus: {
    value: 'select(select(max(x, 0.0) + log1pOf(expOf(-abs(x))), x, x > 20.0), x, isNan(x))',
    derivative: 'sigmoidOf(x)',
    reference: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    includes: [exponential, logarithm],
    roundings: 8,
  },
  erf: {
    value: 'select(erfOf(x), x, isNan(x))',
    derivative: '1.1283791670955126 * expOf(-x * x)',
    reference: erf,
    includes: [geluFunctions, exponential],
    roundings: 10,
  },
  floor: { value: 'floor(x)', derivative: '0.0', reference: Math.floor, integers: 'keep', ofIntegers: 'x' },
  ceil: { value: 'ceil(x)', derivative: '0.0', reference: Math.ceil, integers: 'keep', ofIntegers: 'x' },
  round: { value: 'round(x)', derivative: '0.0', reference: roundToEven, integers: 'keep', ofIntegers: 'x' },
  clamp: {
    value: 'select(select(select(x, p, x < p), q, select(x, p, x < p) > q), x, isNan(x))',
    derivative: 'f32(x > p && x < q)',
    reference: (x, p, q) => Math.min(Math.max(x, p), q),
    integers: 'keep',
    ofIntegers: 'min(max(x, p), q)',
    includes: [floatBits],
  },
  isNan: {
    value: 'u32(isNan(x))',
    derivative: null,
    reference: (x) => Number(Number.isNaN(x)),
    integers: 'test',
    includes: [floatBits],
  },
  isFinite: {
    value: 'u32(isFinite(x))',
    derivative: null,
    reference: (x) => Number(Number.isFinite(x)),
    integers: 'test',
    includes: [floatBits],
  },
  logicalNot: {
    value: 'u32(x == 0.0)',
    derivative: null,
    reference: (x) => Number(x === 0),
    integers: 'test',
    ofIntegers: 'u32(x == 0)',
  },
} as const satisfies Record<string, UnaryMember>;

/** The names of the family. */
export type UnaryFunction = keyof typeof unaryMembers;

/** The member of that name, with all that it may have. */
export function unaryMember(name: UnaryFunction): UnaryMember {
  return unaryMembers[name];
}
