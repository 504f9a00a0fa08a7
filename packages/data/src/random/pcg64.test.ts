import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Pcg64 } from './pcg64.ts';

// All values: numpy 2.4, default_rng(seed).
describe('Pcg64', () => {
  it.each([
    [0, ['a30febcfd9c2825f', '4510bdf882d9d721', 'a7d3da94ecde8b8']],
    [1, ['8306bdf37922e4ff', 'f35196bbc152a866', '24e7a4f608ec18cd']],
    [42, ['c621fbcd16d92688', '705a5661a791ffc1', 'dbcd12c26eda1624']],
    [2 ** 32 - 1, ['407f5fa930d8fd9f', '3814b22eb9684802', '498b7dcee8d8dc95']],
    [2 ** 32 + 5, ['c6323ec321deb8d1', '78814821c73a0583', 'b22536d8e0ec17c0']],
    [123456789012345678n, ['6eb45f8c176452d', 'd0f84b1339cfaccc', '99f6a8be5cdc5ea2']],
  ])('gives the words of seed %s', (seed, words) => {
    const generator = new Pcg64(seed);
    expect(words.map(() => generator.nextUint64().toString(16))).toEqual(words);
  });

  it.each([
    [42, 10, [5, 6, 0, 7, 3, 2, 4, 9, 1, 8]],
    [0, 12, [9, 2, 7, 4, 5, 11, 0, 3, 6, 10, 8, 1]],
    [123456789012345678n, 12, [4, 10, 9, 7, 11, 1, 0, 5, 6, 2, 3, 8]],
    [42, 1, [0]],
    [42, 0, []],
    [3, 2, [1, 0]],
  ])('permutes as numpy: seed %s, %i', (seed, count, order) => {
    expect([...new Pcg64(seed).permutation(count)]).toEqual(order);
  });

  it.each([
    [42, 3668, 'f1fb515a7b50c126'],
    [7, 100_000, '4b2b52f8e507b76c'],
  ])('permutes many as numpy: seed %i, %i', (seed, count, hash) => {
    const order = new Pcg64(seed).permutation(count);
    expect(createHash('sha256').update(new Uint8Array(order.buffer)).digest('hex').slice(0, 16)).toBe(hash);
  });

  it.each([
    [42, 5, 2, [0, 3, 8]],
    [0, 10, 10, [0, 9, 1, 2, 4, 6, 3, 7, 5, 8, 8]],
    [1, 9, 4, [6, 3, 8, 2, 9]],
    [7, 1, 1, [0, 9]],
    [
      3,
      100,
      30,
      [
        51, 13, 35, 95, 26, 96, 17, 40, 60, 41, 7, 91, 22, 64, 74, 48, 98, 6, 57, 2, 66, 10, 39, 85, 86, 3, 45, 73, 97,
        82, 9,
      ],
    ],
    [5, 3, 0, [9]],
  ])('chooses as numpy: seed %i, %i of %i', (seed, count, size, chosen) => {
    const generator = new Pcg64(seed);
    expect(
      generator.choice(
        Array.from({ length: count }, (_, index) => index),
        size,
      ),
    ).toEqual(chosen.slice(0, size));
    expect(generator.choice([7, 8, 9], 1)).toEqual(chosen.slice(size));
  });

  it.each([-1, 1.5, NaN, -3n])('refuses the seed %s', (seed) => {
    expect(() => new Pcg64(seed)).toThrow(/must be a whole number of at least 0/);
  });
});
