import { requireArgument, wholeNumber } from '@attune/validate';
import { Twister } from './twister.ts';
import { requireAtMost } from '../surplusArguments.ts';

let seed: number | null = null;
let generator: Twister | null = null;

const seedKind = wholeNumber(0, 2 ** 32 - 1);

/**
 * Sets the default seed: of `rand`, `randn` and similar functions, which restart, and of new heads
 * and the dropout of new models. It is read when a model is made; existing models and running
 * trainings keep theirs.
 *
 * @throws RangeError
 */
export function setSeed(value: number): void {
  requireAtMost('setSeed', 1, arguments);
  requireArgument('setSeed', 'seed', value, seedKind, RangeError);
  seed = value;
  generator = null;
}

/** The default generator: seeded by `setSeed`, randomly before its first call. */
export function defaultGenerator(): Twister {
  return (generator ??= new Twister(seed ?? Math.floor(Math.random() * 2 ** 32)));
}

/** The last seed that was set, or null. */
export function currentSeed(): number | null {
  requireAtMost('currentSeed', 0, arguments);
  return seed;
}

/**
 * Saves the state of the default generator.
 *
 * @returns runs a function with the generator in that state, and restores the generator afterwards
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
