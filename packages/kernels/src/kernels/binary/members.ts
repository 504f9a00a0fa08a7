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
  /**
   * WGSL of the derivatives by `a` and by `b`, in terms of these and the value `y`; comparisons
   * have none.
   */
  readonly slopes?: Readonly<Record<'a' | 'b', string>> | undefined;
  /** The value in float64: the specification. Results that stay whole are truncated, and wrap. */
  readonly reference: (a: number, b: number) => number;
  /**
   * How whole numbers are treated: `keep` computes in their own type; `float` in f32; `test` gives
   * 0 or 1 in u32, for floats too.
   */
  readonly integers: 'keep' | 'float' | 'test';
  /** WGSL of the value for whole numbers, where it differs. */
  readonly ofIntegers?: string | undefined;
  /** WGSL files that the formula needs. Default: none. */
  readonly includes?: readonly WgslFile[] | undefined;
}

// The family. A new member is one constant here; its tests come by themselves. Only literals, so
// that bundlers drop members that nobody imports.
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
/** The larger of two; where they are equal, each gets half of the gradient. */
export const maximum: BinaryMember = {
  name: 'maximum',
  value: 'maximumOf(a, b)',
  ofIntegers: 'max(a, b)',
  slopes: { a: 'select(select(1.0, 0.5, a == b), 0.0, a < b)', b: 'select(select(1.0, 0.5, a == b), 0.0, b < a)' },
  reference: Math.max,
  integers: 'keep',
  includes: [extrema],
};
/** The smaller of two; where they are equal, each gets half of the gradient. */
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
