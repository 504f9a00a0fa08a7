import type { ElementType } from '../../memory/gpuArray.ts';
import type { GeneratedWgsl } from '../../wgsl/preprocess.ts';

/** How the values along an axis become one. WGSL of f32 in these names; `x` is an element. */
export interface ReduceMember {
  /** Of an element `x`, and of `center` where the member has one. Default: `x`. */
  readonly value?: string | undefined;
  /** Of `a` and `b`, earlier and later values. */
  readonly combined: string;
  /** Of the `total` of all, and of `center`; `parameters.factor` and `power` are the caller's. Default: total. */
  readonly finished?: string | undefined;
  /** What no values at all give. */
  readonly empty: number;
  /** Whether every element is seen beside a value of its row, such as the mean. Default false. */
  readonly centered?: boolean | undefined;
}

const sum = { combined: 'a + b', empty: 0 };
const scaled = 'total * parameters.factor';

/** All members of the family. A new one is a line here, and one in `reduceReferences`. */
export const reduceMembers = {
  sum: { ...sum, finished: scaled },
  product: { combined: 'a * b', empty: 1 },
  maximum: { combined: 'larger(a, b)', empty: -Infinity },
  minimum: { combined: 'smaller(a, b)', empty: Infinity },
  any: { value: 'truth(x)', combined: 'max(a, b)', empty: 0 },
  all: { value: 'truth(x)', combined: 'min(a, b)', empty: 1 },
  nonZeros: { ...sum, value: 'truth(x)' },
  absoluteMaximum: { value: 'abs(x)', combined: 'larger(a, b)', empty: 0 },
  absoluteMinimum: { value: 'abs(x)', combined: 'smaller(a, b)', empty: Infinity },
  absoluteSum: { ...sum, value: 'abs(x)' },
  euclidean: { ...sum, value: 'x * x', finished: 'sqrt(total)' },
  powers: { ...sum, value: 'powerOf(abs(x), parameters.power)', finished: 'powerOf(total, 1.0 / parameters.power)' },
  variance: { ...sum, value: '(x - center) * (x - center)', finished: scaled, centered: true },
  deviation: { ...sum, value: '(x - center) * (x - center)', finished: `sqrt(${scaled})`, centered: true },
  logSumExp: {
    ...sum,
    value: 'exp(x - finiteOrZero(center))',
    finished: 'select(logarithmOf(total) + finiteOrZero(center), center, isNan(center))',
    empty: 0,
    centered: true,
  },
  equals: { ...sum, value: 'select(0.0, 1.0, x == center)', centered: true },
  absoluteEquals: { ...sum, value: 'select(0.0, 1.0, abs(x) == center)', centered: true },
} as const satisfies Readonly<Record<string, ReduceMember>>;

/** Members of whole numbers, which are computed in their own type: `combined`. */
const wholeMembers: Readonly<Partial<Record<ReduceName, string>>> = {
  sum: 'a + b',
  product: 'a * b',
  maximum: 'max(a, b)',
  minimum: 'min(a, b)',
};

/** The reductions that there are. */
export type ReduceName = keyof typeof reduceMembers;

/**
 * Gradients by an element `x`, of the gradient `g` of its row's result and up to two values of the
 * row, `a` and `b`.
 */
export const reduceGradients = {
  /** a: the greatest or least, b: how many elements equal it, which share the gradient. */
  extremum: 'select(0.0, 1.0, x == a) * (g / b)',
  /** The same of magnitudes. */
  absoluteExtremum: 'select(0.0, sign(x) * g / b, abs(x) == a)',
  absoluteSum: 'g * sign(x)',
  /** a: the norm. */
  euclidean: 'select(g * (x / a), 0.0, isZero(a))',
  powers: 'select(g * sign(x) * powerOf(abs(x) / a, parameters.power - 1.0), 0.0, isZero(x) || isZero(a))',
  /** a: the mean. */
  variance: 'g * parameters.factor * (x - a)',
  /** a: the mean, b: the deviation. */
  deviation: 'select(g * parameters.factor * (x - a) / b, 0.0, isZero(b))',
  /** a: the logarithm. */
  logSumExp: 'g * expKeepingNan(x - a)',
} as const;

/** `product` has a kernel of its own: it needs all other elements. */
export type ReduceGradientName = keyof typeof reduceGradients | 'product';

/** What a member computes with, of arrays of these types. */
export function computedType(name: ReduceName, input: ElementType, output: ElementType): 'f32' | 'i32' | 'u32' {
  const isWhole = (input === 'i32' || input === 'u32') && (output === 'i32' || output === 'u32');
  return isWhole && wholeMembers[name] !== undefined ? input : 'f32';
}

export function memberWgsl(name: ReduceName, type: 'f32' | 'i32' | 'u32'): GeneratedWgsl {
  const whole = type === 'f32' ? undefined : wholeMembers[name];
  const member: ReduceMember = whole === undefined ? reduceMembers[name] : { combined: whole, empty: 0 };
  const { value = 'x', combined, finished = 'total' } = member;
  const write = () =>
    [
      `alias Number = ${type};`,
      `fn valueOf(x: Number, center: Number) -> Number { return ${value}; }`,
      `fn combined(a: Number, b: Number) -> Number { return ${combined}; }`,
      `fn finished(total: Number, center: Number) -> Number { return ${finished}; }`,
    ].join('\n');
  return { key: type === 'f32' ? name : `${name} ${type}`, write };
}

export function gradientWgsl(name: keyof typeof reduceGradients): GeneratedWgsl {
  return {
    key: name,
    write: () => `fn gradientOf(x: f32, g: f32, a: f32, b: f32) -> f32 { return ${reduceGradients[name]}; }`,
  };
}
