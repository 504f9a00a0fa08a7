import { messageOf } from '@attune/validate';
import { readCache, writeCache } from '#platform';
import { packTable, unpackTable } from '../columns/tableFile.ts';
import { MapError } from '../errors.ts';
import { hashOf, identityOf } from './cacheKey.ts';
import type { AnyFunction } from './mapRows.ts';
import type { Table } from './table.ts';
import type { CacheIdentity } from './options.ts';

interface Work {
  readonly mapper: AnyFunction;
  readonly cache: CacheIdentity | undefined;
  /** Fingerprint of the dataset that is mapped. */
  readonly fingerprint: () => Promise<string>;
  /** What else the result depends on. */
  readonly options: readonly unknown[];
  readonly make: () => Promise<Table | undefined>;
}

/**
 * The cached result of `map`, or else a new one, which is then cached.
 *
 * @throws MapError when it cannot be written; what `make` throws
 */
export async function keptOrMade({ mapper, cache, fingerprint, options, make }: Work): Promise<Table | undefined> {
  const identity = identityOf(mapper, cache);
  const key = await hashOf('map', await fingerprint(), identity, ...options);
  const kept = await keptTable(key);
  if (kept) return kept;
  const table = await make();
  if (table) await keepTable(key, table);
  return table;
}

/** A cached result; undefined if there is none or it is damaged. */
async function keptTable(key: string): Promise<Table | undefined> {
  const bytes = await readCache(key);
  try {
    return bytes && (await unpackTable(bytes));
  } catch {
    return undefined;
  }
}

async function keepTable(key: string, table: Table): Promise<void> {
  try {
    await writeCache(key, await packTable(table));
  } catch (error) {
    const reason = messageOf(error);
    throw new MapError(`map: the result cannot be kept: ${reason}. Set ATTUNE_CACHE to a writable folder.`, {
      cause: error,
    });
  }
}
