import { describe, expect, it } from 'vitest';
import { dropoutFactor } from './reference.ts';
import type { DropoutReferenceOptions } from './reference.ts';

const [examples, tokens, columns] = [4, 32, 256];

/** Whether each element of a batch is dropped, row by row. */
function dropped(options: DropoutReferenceOptions): boolean[] {
  const rows = Array.from({ length: examples * tokens }, (_, row) => (Math.floor(row / tokens) << 16) | (row % tokens));
  return rows.flatMap((key) =>
    Array.from({ length: columns }, (_, column) => dropoutFactor(key, column, options) === 0),
  );
}

/**
 * In standard deviations: how much more often both are dropped than if they had nothing to do with
 * each other.
 */
function dependence(first: readonly boolean[], second: readonly boolean[], probability: number): number {
  const expected = probability ** 2;
  const both = first.filter((value, index) => value && second[index]).length;
  return (both - first.length * expected) / Math.sqrt(first.length * expected * (1 - expected));
}

describe('the draws of dropout', () => {
  for (const probability of [0.1, 0.5]) {
    const given = { probability, site: 3, seed: 42, update: 7 };
    const draws = dropped(given);

    it(`have nothing to do with those of other sites, updates and seeds, at ${probability}`, () => {
      for (const other of [
        { site: 4 },
        { site: 2 },
        { update: 8 },
        { seed: 43 },
        { site: 4, update: 8 },
        { site: 7, update: 3 },
      ])
        expect(
          Math.abs(dependence(draws, dropped({ ...given, ...other }), probability)),
          JSON.stringify(other),
        ).toBeLessThan(4);
    });

    it(`have nothing to do with those of neighbouring columns, tokens and examples, at ${probability}`, () => {
      for (const apart of [1, 2, 3, 4, 8, 16, columns, 2 * columns, tokens * columns])
        expect(Math.abs(dependence(draws.slice(apart), draws, probability)), `${apart} apart`).toBeLessThan(4);
    });

    it(`drop as many of eight neighbours as chance would, at ${probability}`, () => {
      const counts = Array.from({ length: 9 }, () => 0);
      for (let first = 0; first < draws.length; first += 8)
        counts[draws.slice(first, first + 8).filter(Boolean).length]! += 1;
      let ways = 1;
      for (let number = 0; number <= 8; number++) {
        const chance = ways * probability ** number * (1 - probability) ** (8 - number);
        const expected = chance * (draws.length / 8);
        expect(Math.abs(counts[number]! - expected), `${number} of 8`).toBeLessThan(5 * Math.sqrt(expected) + 1);
        ways = (ways * (8 - number)) / (number + 1);
      }
    });
  }
});
