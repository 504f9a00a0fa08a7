import { requireArgument, wholeNumber } from '@attune/validate';
import { Twister } from './twister.ts';

let seed: number | null = null;
let generator: Twister | null = null;

const seedKind = wholeNumber(0, 2 ** 32 - 1);

/**
 * Fixes the seed of what is made from now on without one of its own: new heads, and the dropout of
 * new models. What `rand`, `randn` and their like draw begins anew. It is read when a model is
 * made; those that exist, and runs that go on, keep theirs.
 *
 * @throws RangeError
 */
export function setSeed(value: number): void {
  requireArgument('setSeed', 'seed', value, seedKind, RangeError);
  seed = value;
  generator = null;
}

/**
 * The generator that is drawn from where none is given: begun anew by `setSeed`, by chance before
 * its first call.
 */
export function defaultGenerator(): Twister {
  return (generator ??= new Twister(seed ?? Math.floor(Math.random() * 2 ** 32)));
}

/** The last seed set, or null: the default of what is made now. */
export function currentSeed(): number | null {
  return seed;
}

/**
 * Takes down where the generator of the process stands.
 *
 * @returns runs a function that draws the same numbers as from there; what is drawn after it is as
 *   if it had not been called
 */
export function replayDraws(): <T>(body: () => T) => T {
  const { state } = defaultGenerator();
  return (body) => {
    const drawing = defaultGenerator();
    const now = drawing.state;
    drawing.state = state;
    try {
      return body();
    } finally {
      drawing.state = now;
    }
  };
}
