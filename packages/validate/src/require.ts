import { named } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { nearestName } from './nearestName.ts';
import { firstOf, shown } from './shown.ts';

/** A caller passed an argument that the function does not take. */
export class ArgumentError extends TypeError {
  override readonly name: string = 'ArgumentError';
}

/** A class of errors that is made from a message. */
export type ErrorClass = new (message: string) => Error;

/** Every option of a function or class, by name. */
export type OptionKinds = Readonly<Record<string, Kind>>;

/** How options are refused: the class of the error, and advice for names of other libraries. */
export interface OptionAdvice {
  /** What to throw. Default `ArgumentError`. */
  readonly error?: ErrorClass | undefined;
  /**
   * Names that people know from elsewhere, and what to do instead: `{ lr: 'it is called
   * learningRate' }`.
   */
  readonly otherNames?: Readonly<Record<string, string>> | undefined;
}

/**
 * Checks one argument: `matmul: b must be a Tensor; got an array of 2`.
 *
 * @param where the function as its caller wrote it: `matmul`, `new DataLoader`
 * @throws ArgumentError, or `error`
 */
export function requireArgument(
  where: string,
  name: string,
  value: unknown,
  kind: Kind,
  error: ErrorClass = ArgumentError,
): void {
  if (value === undefined ? kind.optional : kind.holds(value)) return;
  throw new error(`${where}: ${name} must be ${kind.what}; got ${kind.found?.(value) ?? shown(value)}`);
}

/**
 * Checks an options object: every name must be known, and every value of its kind. For an unknown
 * name the message suggests the nearest one. Nothing that a caller passes is ignored.
 *
 * @param where the function as its caller wrote it: `new Trainer`
 * @throws ArgumentError, or `advice.error`
 */
export function requireOptions(where: string, options: unknown, kinds: OptionKinds, advice?: OptionAdvice): void {
  const error = advice?.error ?? ArgumentError;
  if (!isPlainObject(options) && !named.holds(options)) throw new error(notOptionsMessage(where, options, kinds));
  const given = options as Readonly<Record<string, unknown>>;
  // Every operation of a training step passes here, so only the given options are checked, and all
  // required ones only where one of them is missing.
  let required = 0;
  for (const name in given) {
    const value = given[name];
    if (value === undefined) continue;
    const kind = kinds[name];
    // A member of every object, such as toString, is not a kind.
    if (kind?.holds) {
      if (!kind.holds(value)) requireArgument(where, name, value, kind, error);
      if (!kind.optional) required += 1;
    } else if (Object.hasOwn(given, name))
      throw new error(
        // Otherwise it is an instance of a class, such as a Tensor in the place of options.
        shown(options).startsWith('an object')
          ? `${where} has no option ${name}${insteadOf(name, kinds, advice?.otherNames)}`
          : notOptionsMessage(where, options, kinds),
      );
  }
  let count = requiredCounts.get(kinds);
  if (count === undefined)
    requiredCounts.set(kinds, (count = Object.values(kinds).filter(({ optional }) => !optional).length));
  if (required === count) return;
  for (const name in kinds) if (!kinds[name]!.optional) requireArgument(where, name, given[name], kinds[name]!, error);
}

/**
 * Refuses more arguments than a function takes, such as the options of another library. `undefined`
 * is allowed, and so are the index and the array that `texts.map(tokenize)` and `terms.reduce(add)`
 * pass.
 *
 * @param most number of arguments that the function takes
 * @param given its `arguments`
 * @param instead what to write, to follow "as an extra argument"
 * @throws ArgumentError, or `error`
 */
export function refuseSurplus(
  where: string,
  most: number,
  given: ArrayLike<unknown>,
  error: ErrorClass = ArgumentError,
  instead = '',
): void {
  const surplus = Array.from(given).slice(most);
  const [index, all, ...more] = surplus;
  if (typeof index === 'number' && Array.isArray(all) && more.length === 0 && all[index] === given[most - 1]) return;
  const first = surplus.find((value) => value !== undefined);
  if (first !== undefined) throw new error(`${where}: got ${shown(first)} as an extra argument${instead}`);
}

/** Whether it is a plain object; quicker to answer than `named`. */
const isPlainObject = (value: unknown): boolean => value != null && Object.getPrototypeOf(value) === Object.prototype;

/** How many options are required. */
const requiredCounts = /* @__PURE__ */ new WeakMap<OptionKinds, number>();

/** The message for something else in the place of options. */
function notOptionsMessage(where: string, given: unknown, kinds: OptionKinds): string {
  const names = firstOf(Object.keys(kinds), 3);
  return `${where} takes ${names ? `its options as an object, { ${names} }` : 'no options'}; got ${shown(given)}`;
}

/**
 * Whether the given name is the option's beginning, or holds the option's, as `eps` for `epsilon`
 * and `attnMask` for `mask`.
 */
const isShortFor = (option: string, given: string): boolean =>
  (given.length > 2 && option.startsWith(given)) || (option.length > 2 && given.includes(option));

/** The advice for an option that does not exist. */
function insteadOf(name: string, kinds: OptionKinds, otherNames: OptionAdvice['otherNames'] = {}): string {
  if (Object.hasOwn(otherNames, name)) return `: ${otherNames[name]}`;
  const names = Object.keys(kinds);
  const nearest = nearestName(name, names) ?? names.find((one) => isShortFor(one.toLowerCase(), name.toLowerCase()));
  return nearest ? `; did you mean ${nearest}?` : `; it has ${names.join(', ') || 'none'}`;
}
