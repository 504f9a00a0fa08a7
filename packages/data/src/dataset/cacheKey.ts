import { sha256 } from '../columns/tableFile.ts';
import { MapError } from '../errors.ts';
import { isTypedArray, show } from '../features/inferFeature.ts';
import type { AnyFunction } from './mapRows.ts';
import type { CacheIdentity } from './types.ts';

/** What a function's result depends on, if that can be known; undefined if not. */
export function identityOf(mapper: AnyFunction, cache: CacheIdentity | undefined): unknown {
  if (cache) return { key: cache.key, inputs: plain(cache.inputs, 'inputs') };
  const { fingerprint } = mapper as { fingerprint?: unknown };
  return typeof fingerprint === 'string' ? { fingerprint } : undefined;
}

/** A value as JSON that says all about it; things with a fingerprint are it. */
function plain(input: unknown, where: string): unknown {
  if (
    (typeof input === 'object' || typeof input === 'function') &&
    input !== null &&
    'fingerprint' in input &&
    typeof input.fingerprint === 'string'
  ) {
    return { fingerprint: input.fingerprint };
  }
  if (input === undefined || input === null || typeof input === 'string' || typeof input === 'boolean')
    return input ?? null;
  if (typeof input === 'number' || typeof input === 'bigint') return { number: String(input) };
  if (Array.isArray(input) || isTypedArray(input))
    return Array.from(input as ArrayLike<unknown>, (item, index) => plain(item, `${where}[${index}]`));
  const prototype: unknown = typeof input === 'object' ? Object.getPrototypeOf(input) : undefined;
  if (prototype === Object.prototype || prototype === null) {
    return Object.entries(input as object)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, plain(item, `${where}.${name}`)]);
  }
  throw new MapError(
    `map: cache ${where} is ${show(input)}, which does not show what it holds. Give plain values, arrays and objects of them, or things with a 'fingerprint'.`,
  );
}

export function hashOf(...parts: readonly unknown[]): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(parts)) as Uint8Array<ArrayBuffer>);
}
