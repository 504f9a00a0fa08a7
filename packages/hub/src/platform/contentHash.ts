import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/**
 * Whether a file has the content that the hub hashed: SHA-256 of 64 digits, or Git's SHA-1 of 40.
 */
export async function hasHash(path: string, expected: string): Promise<boolean> {
  const { size } = await stat(path);
  const hash = expected.length === 64 ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest('hex') === expected;
}

/** Files whose content was compared, as they were then. */
const compared = new Map<string, string>();

/** `hasHash`, and once only in a process as long as the file is not written. */
export async function stillHasHash(path: string, expected: string): Promise<boolean> {
  const { size, mtimeMs, ctimeMs, ino } = await stat(path);
  const state = [size, mtimeMs, ctimeMs, ino, expected].join(' ');
  if (compared.get(path) === state) return true;
  const same = await hasHash(path, expected);
  if (same) compared.set(path, state);
  return same;
}
