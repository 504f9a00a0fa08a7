import { shown, withArticle } from './shown.ts';

type Class = abstract new (...args: never[]) => object;

/** What an argument must be. */
export interface Kind {
  /** In words, to follow "must be": `a whole number of at least 1`. */
  readonly what: string;
  /** Whether a value is one. */
  readonly holds: (value: unknown) => boolean;
  /**
   * Describes a value that does not hold in more detail, such as which element of an array is
   * wrong.
   */
  readonly found?: ((value: unknown) => string | undefined) | undefined;
  /** The classes that are asked for. */
  readonly classes?: readonly Class[] | undefined;
  /** Whether `undefined` is allowed. */
  readonly optional?: true | undefined;
}

// Without side effects: bundlers leave out the kinds of what a page does not import.

/** The same, or left out. */
export const optional = /* @__NO_SIDE_EFFECTS__ */ (kind: Kind): Kind => ({ ...kind, optional: true });

/** The same, or null. */
export const orNull = /* @__NO_SIDE_EFFECTS__ */ (kind: Kind): Kind => ({
  ...kind,
  what: `${kind.what}, or null`,
  holds: (value) => value === null || kind.holds(value),
});

/** For options that are checked elsewhere. */
export const anything: Kind = { what: 'anything', holds: () => true, optional: true };

/** A string, the empty one too. */
export const text: Kind = { what: 'a string', holds: (value) => typeof value === 'string' };
/** A string that is not empty. */
export const nonEmptyText: Kind = {
  what: 'a non-empty string',
  holds: (value) => typeof value === 'string' && value !== '',
};
/** true or false. */
export const flag: Kind = { what: 'true or false', holds: (value) => typeof value === 'boolean' };
/** A function. */
export const callable: Kind = { what: 'a function', holds: (value) => typeof value === 'function' };
/** An array, of anything. */
export const array: Kind = { what: 'an array', holds: Array.isArray };
/** An object that is not an array. */
export const object: Kind = {
  what: 'an object',
  holds: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** An object with named values: not an array, Map or promise. */
export const named: Kind = {
  what: 'an object of named values',
  holds: (value) => typeof value === 'object' && value !== null && !(Symbol.iterator in value) && !('then' in value),
};

/** NaN and infinities are numbers too. */
export const anyNumber: Kind = { what: 'a number', holds: (value) => typeof value === 'number' };

/** A number that is neither infinite nor NaN. */
export const number: Kind = { what: 'a finite number', holds: (value) => Number.isFinite(value) };

/** A probability, or a part of something else: from 0 to 1, both included. */
export const fraction: Kind = {
  what: 'a number from 0 to 1',
  holds: (value) => typeof value === 'number' && value >= 0 && value <= 1,
};

/** A whole number of any size, below 0 too. */
export const anyWholeNumber: Kind = { what: 'a whole number', holds: (value) => Number.isInteger(value) };

/** A finite number from `least` on. */
export const numberAtLeast = /* @__NO_SIDE_EFFECTS__ */ (least: number): Kind => ({
  what: `a number of at least ${least}`,
  holds: (value) => Number.isFinite(value) && (value as number) >= least,
});

/** From `least` to below `end`. */
export const numberBetween = /* @__NO_SIDE_EFFECTS__ */ (least: number, end: number): Kind => ({
  what: `a number of at least ${least} and below ${end}`,
  holds: (value) => Number.isFinite(value) && (value as number) >= least && (value as number) < end,
});

/** A whole number from `least` to `most`, both included. */
export const wholeNumber = /* @__NO_SIDE_EFFECTS__ */ (least: number, most = Number.MAX_SAFE_INTEGER): Kind => ({
  what:
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${least}`
      : `a whole number from ${least} to ${most}`,
  holds: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
});

/** One of these values. */
export const oneOf = /* @__NO_SIDE_EFFECTS__ */ (...values: readonly (string | number | boolean)[]): Kind => ({
  what: `one of ${values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value))).join(', ')}`,
  holds: (value) => (values as readonly unknown[]).includes(value),
});

const ofClasses = (classes: readonly Class[]): Pick<Kind, 'classes' | 'found'> => ({
  classes,
  found: (value) => shown(value) + ofOtherCopy({ classes }, value),
});

/** What any of these kinds holds. */
export const oneOfKinds = /* @__NO_SIDE_EFFECTS__ */ (what: string, ...kinds: readonly Kind[]): Kind => ({
  what,
  holds: (value) => kinds.some((kind) => kind.holds(value)),
  ...ofClasses(kinds.flatMap(({ classes = [] }) => classes)),
});

/**
 * An instance of a class.
 *
 * @param what with its article: `a Dataset`
 */
export const instanceOf = /* @__NO_SIDE_EFFECTS__ */ (type: Class, what = withArticle(type.name)): Kind => ({
  what,
  holds: (value) => value instanceof type,
  ...ofClasses([type]),
});

/**
 * Where a value that does not hold is from, if its class has the right name. Empty for others.
 */
export function ofOtherCopy({ classes = [] }: Pick<Kind, 'classes'>, value: unknown): string {
  const names = classes.map(({ name }) => name);
  for (let made = value; made; made = Object.getPrototypeOf(made))
    if (names.includes((made as object).constructor?.name))
      return ' of another package or of a second copy of this one (install only one version)';
  return '';
}

/**
 * An array whose elements are all of a kind.
 *
 * @param what in the plural: `strings`
 */
export const arrayOf = /* @__NO_SIDE_EFFECTS__ */ (kind: Kind, what: string): Kind => ({
  what: `an array of ${what}`,
  // A copy, as `every` skips holes.
  holds: (value) => Array.isArray(value) && [...value].every(kind.holds),
  found: (value) => {
    if (!Array.isArray(value)) return undefined;
    const index = value.findIndex((element) => !kind.holds(element));
    return `an array whose element ${index} is ${kind.found?.(value[index]) ?? shown(value[index])}`;
  },
});

/**
 * Anything with these members, as an interface requires, whatever its class.
 *
 * @param what with its article: `a model`
 * @param members names of members and their `typeof`
 */
export const objectWith = /* @__NO_SIDE_EFFECTS__ */ (
  what: string,
  members: Readonly<Record<string, string>>,
): Kind => {
  const lacking = (value: unknown) =>
    Object.entries(members).find(([name, type]) => typeof (value as Record<string, unknown>)[name] !== type);
  const isObject = (value: unknown) => (typeof value === 'object' && value !== null) || typeof value === 'function';
  return {
    what,
    holds: (value) => isObject(value) && !lacking(value),
    found: (value) => {
      const [name, type] = (isObject(value) && lacking(value)) || [];
      if (!name || value instanceof Promise) return undefined;
      return `${shown(value)}, which has no ${type === 'function' ? `method ${name}()` : name}`;
    },
  };
};
