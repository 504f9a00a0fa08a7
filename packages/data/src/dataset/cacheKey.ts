import { sha256 } from '../columns/tableFile.ts';
import { MapError } from '../errors.ts';
import { isTypedArray } from '../array/typedArray.ts';
import { shownValue } from '../shownValue.ts';
import type { AnyFunction } from './mapRows.ts';
import type { CacheIdentity } from './options.ts';

/** Identity of a function for the cache: the one that its caller gives, or its fingerprint. */
export function identityOf(mapper: AnyFunction, cache: CacheIdentity | undefined): unknown {
  if (cache) return { key: cache.key, inputs: plain(cache.inputs, 'inputs') };
  return { fingerprint: (mapper as { fingerprint?: unknown }).fingerprint };
}

/**
 * A value as unambiguous JSON, so that no two values share a key: values that plain JSON would
 * write alike (undefined and null, 0 and -0, 1 and 1n, {} and []) are written with their type.
 * Objects with a fingerprint are replaced by it.
 */
function plain(input: unknown, where: string): unknown {
  if (
    (typeof input === 'object' || typeof input === 'function') &&
    input !== null &&
    'fingerprint' in input &&
    typeof input.fingerprint === 'string'
  ) {
    return { fingerprint: input.fingerprint };
  }
  if (input === null || typeof input === 'string' || typeof input === 'boolean') return input;
  if (input === undefined) return { type: 'undefined' };
  if (typeof input === 'number') return { number: Object.is(input, -0) ? '-0' : String(input) };
  if (typeof input === 'bigint') return { bigint: String(input) };
  if (Array.isArray(input)) return Array.from(input, (item, index) => plain(item, `${where}[${index}]`));
  if (isTypedArray(input)) return { [input.constructor.name]: Array.from(input, (item) => plain(item, where)) };
  const prototype: unknown = typeof input === 'object' ? Object.getPrototypeOf(input) : undefined;
  if (prototype === Object.prototype || prototype === null) {
    const entries = Object.entries(input as object).sort(([a], [b]) => (a < b ? -1 : 1));
    return { entries: entries.map(([name, item]) => [name, plain(item, `${where}.${name}`)]) };
  }
  throw new MapError(
    `map: cache ${where} is ${shownValue(input)}, which does not show what it holds. Give plain values, arrays and objects of them, or things with a 'fingerprint'.`,
  );
}

export function hashOf(...parts: readonly unknown[]): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(parts)) as Uint8Array<ArrayBuffer>);
}
