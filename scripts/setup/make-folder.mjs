import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder completely or not at all: `body` fills a temporary one beside it, which is then
 * renamed over it. The remains of an attempt that failed or was interrupted are removed.
 * @template T
 * @param {string} folder
 * @param {(beside: string) => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function makeFolder(folder, body) {
  mkdirSync(dirname(folder), { recursive: true });
  const beside = mkdtempSync(`${folder}.`);
  const remove = () => rmSync(beside, { recursive: true, force: true });
  process.on('exit', remove);
  try {
    const result = await body(beside);
    rmSync(folder, { recursive: true, force: true });
    renameSync(beside, folder);
    return result;
  } finally {
    process.off('exit', remove);
    remove();
  }
}
