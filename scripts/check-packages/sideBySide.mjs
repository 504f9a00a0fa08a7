import { availableParallelism } from 'node:os';

/**
 * Calls `body` for every item, as many at a time as this machine has processors.
 * @template Item, Result
 * @param {readonly Item[]} items
 * @param {(item: Item) => Promise<Result>} body
 * @returns {Promise<Result[]>} in the order of the items
 */
export async function sideBySide(items, body) {
  const results = [];
  const waiting = [...items.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await body(next[1]);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}
