import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { wgsl as extrema } from '../../wgsl/extrema.wgsl.ts';
import { wgsl as logarithm } from '../../wgsl/logarithm.wgsl.ts';
import { wgsl as power } from '../../wgsl/power.wgsl.ts';

/** One function of two numbers, with its derivatives. */
export interface BinaryMember {
  /** WGSL of the value at `a` and `b`. */
  readonly value: string;
  /** WGSL of the derivatives by `a` and by `b`, from these and the value `y`; none of tests. */
  readonly slopes?: Readonly<Record<'a' | 'b', string>>;
  /** The value in float64: the specification. */
  readonly reference: (a: number, b: number) => number;
  /**
   * What whole numbers become: `keep` stays of their type; `float` is computed in f32; `test` gives
   * 0 or 1 in u32, of floats too.
   */
  readonly integers: 'keep' | 'float' | 'test';
  /** The same of whole numbers, where another formula is right. */
  readonly ofIntegers?: string;
  readonly includes?: readonly WgslFile[];
}

const test = (value: string, reference: (a: number, b: number) => boolean) =>
  ({
    value: `u32(${value})`,
    reference: (a, b) => Number(reference(a, b)),
    integers: 'test',
  }) as const satisfies BinaryMember;

/** 1 where the gradient of a largest or smallest goes, half of it where both are, 0 elsewhere. */
const shared = (loses: string) => `select(select(1.0, 0.5, a == b), 0.0, ${loses})`;

/** The family: a line is a new member, which gets its tests by itself. */
export const binaryMembers = {
  add: { value: 'a + b', slopes: { a: '1.0', b: '1.0' }, reference: (a, b) => a + b, integers: 'keep' },
  sub: { value: 'a - b', slopes: { a: '1.0', b: '-1.0' }, reference: (a, b) => a - b, integers: 'keep' },
  mul: { value: 'a * b', slopes: { a: 'b', b: 'a' }, reference: (a, b) => a * b, integers: 'keep' },
  div: { value: 'a / b', slopes: { a: '1.0 / b', b: '-(a / b) / b' }, reference: (a, b) => a / b, integers: 'float' },
  pow: {
    value: 'powOf(a, b)',
    slopes: {
      a: 'select(b * powOf(a, b - 1.0), 0.0, b == 0.0)',
      b: 'select(y * logOf(a), 0.0, a == 0.0 && b >= 0.0)',
    },
    reference: (a, b) => (a === 1 || (Math.abs(a) === 1 && !Number.isFinite(b) && !Number.isNaN(b)) ? 1 : a ** b),
    integers: 'float',
    includes: [power, logarithm],
  },
  maximum: {
    value: 'maximumOf(a, b)',
    ofIntegers: 'max(a, b)',
    slopes: { a: shared('a < b'), b: shared('b < a') },
    reference: Math.max,
    integers: 'keep',
    includes: [extrema],
  },
  minimum: {
    value: 'minimumOf(a, b)',
    ofIntegers: 'min(a, b)',
    slopes: { a: shared('a > b'), b: shared('b > a') },
    reference: Math.min,
    integers: 'keep',
    includes: [extrema],
  },
  eq: test('a == b', (a, b) => a === b),
  ne: test('!(a == b)', (a, b) => a !== b),
  lt: test('a < b', (a, b) => a < b),
  le: test('a <= b', (a, b) => a <= b),
  gt: test('a > b', (a, b) => a > b),
  ge: test('a >= b', (a, b) => a >= b),
  logicalAnd: test('!(a == T(0) || b == T(0))', (a, b) => a !== 0 && b !== 0),
  logicalOr: test('!(a == T(0) && b == T(0))', (a, b) => a !== 0 || b !== 0),
} as const satisfies Record<string, BinaryMember>;

/** The names of the family. */
export type BinaryFunction = keyof typeof binaryMembers;

/** The member of that name, with all that it may have. */
export function binaryMember(name: BinaryFunction): BinaryMember {
  return binaryMembers[name];
}
