import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { wgsl as extrema } from '../../wgsl/extrema.wgsl.ts';
import { wgsl as logarithm } from '../../wgsl/logarithm.wgsl.ts';
import { wgsl as power } from '../../wgsl/power.wgsl.ts';
import { wgsl as wholePower } from '../../wgsl/wholePower.wgsl.ts';

/** One function of two numbers, with its derivatives. */
export interface BinaryMember {
  readonly name: string;
  /** WGSL of the value at `a` and `b`. */
  readonly value: string;
  /** WGSL of the derivatives by `a` and by `b`, from these and the value `y`; none of tests. */
  readonly slopes?: Readonly<Record<'a' | 'b', string>> | undefined;
  /**
   * The value in float64: the specification; whole numbers that stay so lose fractions, and wrap.
   */
  readonly reference: (a: number, b: number) => number;
  /**
   * What whole numbers become: `keep` stays of their type; `float` is computed in f32; `test` gives
   * 0 or 1 in u32, of floats too.
   */
  readonly integers: 'keep' | 'float' | 'test';
  /** The same of whole numbers, where another formula is right. */
  readonly ofIntegers?: string | undefined;
  /** WGSL files that the formula needs. Default: none. */
  readonly includes?: readonly WgslFile[] | undefined;
}

// The family: a line is a new member, which gets its tests by itself. Literals only: what nobody
// imports is then not in a bundle.
/** a + b */
export const add: BinaryMember = {
  name: 'add',
  value: 'a + b',
  slopes: { a: '1.0', b: '1.0' },
  reference: (a, b) => a + b,
  integers: 'keep',
};
/** a - b */
export const sub: BinaryMember = {
  name: 'sub',
  value: 'a - b',
  slopes: { a: '1.0', b: '-1.0' },
  reference: (a, b) => a - b,
  integers: 'keep',
};
/** a * b */
export const mul: BinaryMember = {
  name: 'mul',
  value: 'a * b',
  slopes: { a: 'b', b: 'a' },
  reference: (a, b) => a * b,
  integers: 'keep',
};
/** a / b */
export const div: BinaryMember = {
  name: 'div',
  value: 'a / b',
  slopes: { a: '1.0 / b', b: '-(a / b) / b' },
  reference: (a, b) => a / b,
  integers: 'float',
};
/** a to the power of b */
export const pow: BinaryMember = {
  name: 'pow',
  value: 'powOf(a, b)',
  slopes: {
    a: 'select(b * powOf(a, b - 1.0), 0.0, b == 0.0)',
    b: 'select(y * logOf(a), 0.0, a == 0.0 && b >= 0.0)',
  },
  reference: (a, b) => (a === 1 || (Math.abs(a) === 1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : a ** b),
  integers: 'keep',
  ofIntegers: 'T(powOfWhole(u32(a), u32(b), b < T(0)))',
  includes: [power, logarithm, wholePower],
};
/** The larger of two; where they are equal each gets half of the gradient. */
export const maximum: BinaryMember = {
  name: 'maximum',
  value: 'maximumOf(a, b)',
  ofIntegers: 'max(a, b)',
  slopes: { a: 'select(select(1.0, 0.5, a == b), 0.0, a < b)', b: 'select(select(1.0, 0.5, a == b), 0.0, b < a)' },
  reference: Math.max,
  integers: 'keep',
  includes: [extrema],
};
/** The smaller of two; where they are equal each gets half of the gradient. */
export const minimum: BinaryMember = {
  name: 'minimum',
  value: 'minimumOf(a, b)',
  ofIntegers: 'min(a, b)',
  slopes: { a: 'select(select(1.0, 0.5, a == b), 0.0, a > b)', b: 'select(select(1.0, 0.5, a == b), 0.0, b > a)' },
  reference: Math.min,
  integers: 'keep',
  includes: [extrema],
};
/** 1 where a = b, else 0 */
export const eq: BinaryMember = {
  name: 'eq',
  value: 'u32(a == b)',
  reference: (a, b) => Number(a === b),
  integers: 'test',
};
/** 1 where a and b differ, else 0 */
export const ne: BinaryMember = {
  name: 'ne',
  value: 'u32(!(a == b))',
  reference: (a, b) => Number(a !== b),
  integers: 'test',
};
/** 1 where a < b, else 0 */
export const lt: BinaryMember = {
  name: 'lt',
  value: 'u32(a < b)',
  reference: (a, b) => Number(a < b),
  integers: 'test',
};
/** 1 where a <= b, else 0 */
export const le: BinaryMember = {
  name: 'le',
  value: 'u32(a <= b)',
  reference: (a, b) => Number(a <= b),
  integers: 'test',
};
/** 1 where a > b, else 0 */
export const gt: BinaryMember = {
  name: 'gt',
  value: 'u32(a > b)',
  reference: (a, b) => Number(a > b),
  integers: 'test',
};
/** 1 where a >= b, else 0 */
export const ge: BinaryMember = {
  name: 'ge',
  value: 'u32(a >= b)',
  reference: (a, b) => Number(a >= b),
  integers: 'test',
};
/** 1 where neither is 0, else 0 */
export const logicalAnd: BinaryMember = {
  name: 'logicalAnd',
  value: 'u32(!(a == T(0) || b == T(0)))',
  reference: (a, b) => Number(a !== 0 && b !== 0),
  integers: 'test',
};
/** 1 where one is not 0, else 0 */
export const logicalOr: BinaryMember = {
  name: 'logicalOr',
  value: 'u32(!(a == T(0) && b == T(0)))',
  reference: (a, b) => Number(a !== 0 || b !== 0),
  integers: 'test',
};
