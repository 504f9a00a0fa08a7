import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The parsed content, or null when the file is missing or not JSON. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

/** Writes beside and renames, so that no reader ever sees half a file. */
export function writeJson(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(beside, path);
}

export const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/**
 * One line per file below `path` (or for `path` itself): name, size, time of change. Empty when
 * there is none.
 */
export function listing(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return '';
  if (!found.isDirectory()) return `${path} ${found.size} ${found.mtimeMs}\n`;
  return readdirSync(path)
    .sort()
    .map((name) => (name === 'node_modules' || name === '.turbo' ? '' : listing(join(path, name))))
    .join('');
}
