import type { ElementType } from '../../memory/gpuArray.ts';
import type { GeneratedWgsl } from '../../wgsl/preprocess.ts';

/** How the values along an axis become one. WGSL of f32 in these names; `x` is an element. */
export interface ReduceMember {
  readonly name: string;
  /** Of an element `x`, and of `center` where the member has one. Default: `x`. */
  readonly value?: string | undefined;
  /** Of `a` and `b`, earlier and later values. */
  readonly combined: string;
  /**
   * Of the `total` of all, and of `center`; `parameters.factor` and `power` are the
   * caller's. Default: total.
   */
  readonly finished?: string | undefined;
  /**
   * `combined` of whole numbers, where a member has one: they are then computed in their own type.
   */
  readonly whole?: string | undefined;
  /** What no values at all give. */
  readonly empty: number;
  /** Whether every element is seen beside a value of its row, such as the mean. Default false. */
  readonly centered?: boolean | undefined;
}

export const scaled = 'total * parameters.factor';

/** By itself, as it is what gradients of repeated operands need: pages that add have no other. */
export const sum: ReduceMember = { name: 'sum', combined: 'a + b', whole: 'a + b', finished: scaled, empty: 0 };

/** What a member computes with, of arrays of these types. */
export function computedType({ whole }: ReduceMember, input: ElementType, output: ElementType): 'f32' | 'i32' | 'u32' {
  const isWhole = (input === 'i32' || input === 'u32') && (output === 'i32' || output === 'u32');
  return isWhole && whole !== undefined ? input : 'f32';
}

export function memberWgsl(member: ReduceMember, type: 'f32' | 'i32' | 'u32'): GeneratedWgsl {
  const { name, whole } = member;
  const { value = 'x', combined, finished = 'total' } = type === 'f32' || !whole ? member : { combined: whole };
  const write = () =>
    [
      `alias Number = ${type};`,
      `fn valueOf(x: Number, center: Number) -> Number { return ${value}; }`,
      `fn combined(a: Number, b: Number) -> Number { return ${combined}; }`,
      `fn finished(total: Number, center: Number) -> Number { return ${finished}; }`,
    ].join('\n');
  return { key: type === 'f32' ? name : `${name} ${type}`, write };
}
