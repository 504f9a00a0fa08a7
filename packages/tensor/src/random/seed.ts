import { requireArgument, wholeNumber } from '@attune/validate';

let seed: number | null = null;

const seedKind = wholeNumber(0, 2 ** 32 - 1);

/**
 * Fixes the seed of what is made from now on without one of its own: new heads, and the dropout of
 * new models. It is read when a model is made; those that exist, and runs that go on, keep theirs.
 *
 * @throws RangeError
 */
export function setSeed(value: number): void {
  requireArgument('setSeed', 'seed', value, seedKind, RangeError);
  seed = value;
}

/** The last seed set, or null: the default of what is made now. */
export function currentSeed(): number | null {
  return seed;
}
