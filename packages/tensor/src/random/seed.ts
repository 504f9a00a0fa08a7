let seed: number | null = null;

/** Fixes the seed of what is drawn without one of its own: new heads, dropout. */
export function setSeed(value: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32)
    throw new RangeError(`a seed is a whole number from 0 to 4294967295; got ${value}`);
  seed = value;
}

/** The last seed set, or null. */
export function currentSeed(): number | null {
  return seed;
}
