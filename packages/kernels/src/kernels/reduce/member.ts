import type { ElementType } from '../../memory/gpuArray.ts';
import type { GeneratedWgsl } from '../../wgsl/preprocess.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';

/** How the values along an axis become one, as WGSL expressions in f32; `x` is an element. */
export interface ReduceMember {
  readonly name: string;
  /** In terms of an element `x`, and of `center` where the member has one. Default: `x`. */
  readonly value?: string | undefined;
  /** In terms of `a` and `b`, the earlier and the later value. */
  readonly combined: string;
  /**
   * In terms of the `total` of all values, and of `center`; `parameters.factor` and `power` are the
   * caller's. Default: total.
   */
  readonly finished?: string | undefined;
  /** `combined` for whole numbers, which are then computed in their own type. Default: in f32. */
  readonly whole?: string | undefined;
  /** Result of an empty axis. */
  readonly empty: number;
  /** Whether the formulas use a value of the row, `center`, such as the mean. Default false. */
  readonly centered?: boolean | undefined;
  /** WGSL files that the formulas need. Default: none. */
  readonly includes?: readonly WgslFile[] | undefined;
}

export const scaled = 'total * parameters.factor';

/**
 * In a file of its own: gradients of broadcast operands need it, and pages without reductions no
 * other.
 */
export const sum: ReduceMember = { name: 'sum', combined: 'a + b', whole: 'a + b', finished: scaled, empty: 0 };

/** The type that a member computes in, for arrays of these types. */
export function computedType({ whole }: ReduceMember, input: ElementType, output: ElementType): 'f32' | 'i32' | 'u32' {
  const isWhole = (input === 'i32' || input === 'u32') && (output === 'i32' || output === 'u32');
  return isWhole && whole !== undefined ? input : 'f32';
}

export function memberWgsl(member: ReduceMember, type: 'f32' | 'i32' | 'u32'): GeneratedWgsl {
  const { name, whole, includes } = member;
  const { value = 'x', combined, finished = 'total' } = type === 'f32' || !whole ? member : { combined: whole };
  const write = () =>
    [
      `alias Number = ${type};`,
      `fn valueOf(x: Number, center: Number) -> Number { return ${value}; }`,
      `fn combined(a: Number, b: Number) -> Number { return ${combined}; }`,
      `fn finished(total: Number, center: Number) -> Number { return ${finished}; }`,
    ].join('\n');
  return { key: type === 'f32' ? name : `${name} ${type}`, write, includes };
}
