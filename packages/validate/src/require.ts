import { named } from './kinds.ts';
import type { Kind } from './kinds.ts';
import { nearestName } from './nearestName.ts';
import { firstOf, shown } from './shown.ts';

/** What a caller passed is not what the function takes. */
export class ArgumentError extends TypeError {
  override readonly name: string = 'ArgumentError';
}

/** A class of errors that is made from a message. */
export type ErrorClass = new (message: string) => Error;

/** Every option of a function or class, by name. */
export type OptionKinds = Readonly<Record<string, Kind>>;

/** What a refusal throws, and what it adds for options that are often looked for. */
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
 * Checks an options object: every name must be known, and every value of its kind. An unknown name
 * is told with the nearest one that exists: nothing that a caller passes is ignored.
 *
 * @param where the function as its caller wrote it: `new Trainer`
 * @throws ArgumentError, or `advice.error`
 */
export function requireOptions(where: string, options: unknown, kinds: OptionKinds, advice: OptionAdvice = {}): void {
  if (areRight(options, kinds)) return;
  const { error = ArgumentError, otherNames = {} } = advice;
  const names = Object.keys(kinds);
  if (!named.holds(options)) {
    throw new error(`${where} takes its options as an object, { ${firstOf(names, 3)} }; got ${shown(options)}`);
  }
  for (const [name, value] of Object.entries(options as object)) {
    if (value === undefined || Object.hasOwn(kinds, name)) continue;
    const nearest = nearestName(name, names);
    const known = nearest ? `; did you mean ${nearest}?` : `; it has ${names.join(', ') || 'none'}`;
    throw new error(
      `${where} has no option ${name}${Object.hasOwn(otherNames, name) ? `: ${otherNames[name]}` : known}`,
    );
  }
  for (const name of names) {
    requireArgument(where, name, (options as Record<string, unknown>)[name], kinds[name]!, error);
  }
}

/**
 * A few comparisons, as options of every operation of a training step come
 * here. False may be wrong.
 */
function areRight(options: unknown, kinds: OptionKinds): boolean {
  if (!named.holds(options)) return false;
  const given = options as Readonly<Record<string, unknown>>;
  for (const name in given) if (!Object.hasOwn(kinds, name)) return false;
  for (const name in kinds) {
    const { optional, holds } = kinds[name] as Kind;
    const value = given[name];
    if (value === undefined ? !optional : !holds(value)) return false;
  }
  return true;
}
