import { shown } from '@attune/validate';
import { FeatureError } from '../errors.ts';
import { isList } from '../array/typedArray.ts';
import { WholeFloat } from './exactNumbers.ts';

const deepest = 100;

/**
 * Refuses values nested so deeply that recursion would overflow the stack, and cyclic ones.
 *
 * @throws FeatureError
 */
export function requireShallow(input: unknown, what: () => string): void {
  if (isDeeperThan(input, deepest))
    throw new FeatureError(`${what()} is nested more than ${deepest} levels deep. Keep such values as text.`);
}

/**
 * Refuses objects that contain anything but data: a function, a Promise, a Map or a Date would be
 * lost or changed in a file.
 *
 * @throws FeatureError
 */
export function requireData(input: unknown, what: () => string): void {
  requireShallow(input, what);
  const foreign = findForeign(input);
  if (foreign === undefined) return;
  const advice = foreign instanceof Date ? '. Keep a date as text: date.toISOString().' : '';
  throw new FeatureError(
    `${what()} ${foreign === input ? 'is' : 'holds'} ${shown(foreign)}; a dataset holds strings, numbers, booleans, null, ` +
      `and lists and plain objects of them${advice}`,
  );
}

/** The first part of a value that is not data; undefined if there is none. */
function findForeign(input: unknown): unknown {
  if (typeof input === 'function' || typeof input === 'symbol') return input;
  if (typeof input !== 'object' || input === null || input instanceof WholeFloat || isTypedList(input))
    return undefined;
  if (!Array.isArray(input) && !isPlainObject(input)) return input;
  for (const item of Object.values(input)) {
    const foreign = findForeign(item);
    if (foreign !== undefined) return foreign;
  }
  return undefined;
}

const isTypedList = (input: object) => isList(input) && !Array.isArray(input);

/** Objects of any realm: those of a test or frame have another prototype. */
function isPlainObject(input: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(input);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isDeeperThan(input: unknown, levels: number): boolean {
  if (typeof input !== 'object' || input === null || ArrayBuffer.isView(input)) return false;
  if (levels === 0) return true;
  const items: readonly unknown[] = Array.isArray(input) ? input : Object.values(input);
  return items.some((item) => isDeeperThan(item, levels - 1));
}
