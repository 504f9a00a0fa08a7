import { readCache, writeCache } from '#platform';
import { packTable, unpackTable } from '../columns/tableFile.ts';
import { MapError } from '../errors.ts';
import { hashOf, identityOf } from './cacheKey.ts';
import type { AnyFunction } from './mapRows.ts';
import type { Table } from './table.ts';
import type { CacheIdentity } from './types.ts';

/** Under what a result of `map` is kept; undefined where what it depends on cannot be known. */
export async function keyOfMap(
  mapper: AnyFunction,
  cache: CacheIdentity | undefined,
  fingerprint: () => Promise<string>,
  options: readonly unknown[],
): Promise<string | undefined> {
  const identity = identityOf(mapper, cache);
  return identity === undefined ? undefined : hashOf('map', await fingerprint(), identity, ...options);
}

/** A kept result; undefined if there is none, or a damaged one, which is then made anew. */
export async function keptTable(key: string): Promise<Table | undefined> {
  const bytes = await readCache(key);
  try {
    return bytes && (await unpackTable(bytes));
  } catch {
    return undefined;
  }
}

/** @throws MapError when it cannot be written */
export async function keepTable(key: string, table: Table): Promise<void> {
  try {
    await writeCache(key, await packTable(table));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MapError(`map: the result cannot be kept: ${reason}. Set ATTUNE_CACHE to a folder that can be written.`, {
      cause: error,
    });
  }
}
