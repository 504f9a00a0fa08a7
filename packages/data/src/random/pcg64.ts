import type { Kind } from '@attune/validate';
import { DatasetError } from '../errors.ts';

const mask64 = (1n << 64n) - 1n;
const mask128 = (1n << 128n) - 1n;
const multiplier = (2549297995355413924n << 64n) | 4865540595714422341n;

/** A random seed, where none is given. */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

export const seedKind: Kind = {
  what: 'a whole number of at least 0, or a BigInt',
  holds: (seed) => (typeof seed === 'bigint' ? seed >= 0n : Number.isSafeInteger(seed) && (seed as number) >= 0),
};

/**
 * NumPy's default generator, `numpy.random.default_rng(seed)`: PCG64 (PCG XSL RR 128/64) seeded
 * through SeedSequence. `datasets` shuffles and splits with it.
 */
export class Pcg64 {
  #state = 0n;
  readonly #increment: bigint;
  #spare: number | undefined;

  /** @param seed a whole number, zero or more */
  constructor(seed: number | bigint) {
    const [stateHigh = 0n, stateLow = 0n, streamHigh = 0n, streamLow = 0n] = seedSequence(seed);
    this.#increment = ((((streamHigh << 64n) | streamLow) << 1n) | 1n) & mask128;
    this.#step();
    this.#state = (this.#state + ((stateHigh << 64n) | stateLow)) & mask128;
    this.#step();
  }

  #step(): void {
    this.#state = (this.#state * multiplier + this.#increment) & mask128;
  }

  nextUint64(): bigint {
    this.#step();
    const high = this.#state >> 64n;
    const folded = high ^ (this.#state & mask64);
    const rotation = high >> 58n;
    return ((folded >> rotation) | (folded << (64n - rotation))) & mask64;
  }

  /** The lower half of 64 bits first, then the upper half. */
  nextUint32(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    const word = this.nextUint64();
    this.#spare = Number(word >> 32n);
    return Number(word & 0xffffffffn);
  }

  /**
   * A whole number from 0 to `largest`, both included: NumPy's `random_interval`, by masks, with
   * which it shuffles.
   */
  #interval(largest: number): number {
    if (largest === 0) return 0;
    const mask = 2 ** (32 - Math.clz32(largest)) - 1;
    for (;;) {
      const drawn = (this.nextUint32() & mask) >>> 0;
      if (drawn <= largest) return drawn;
    }
  }

  /** The same range: NumPy's `random_bounded_uint64` (Lemire 2019), with which it chooses. */
  #bounded(largest: number): number {
    if (largest === 0) return 0;
    const count = largest + 1;
    let product = BigInt(this.nextUint32()) * BigInt(count);
    if (Number(product & 0xffffffffn) < count) {
      const threshold = (0xffffffff - largest) % count;
      while (Number(product & 0xffffffffn) < threshold) product = BigInt(this.nextUint32()) * BigInt(count);
    }
    return Number(product >> 32n);
  }

  /** Shuffles in place, as `Generator.shuffle`. */
  shuffle<Values extends Int32Array | number[]>(values: Values): Values {
    return swapDown(values, (largest) => this.#interval(largest));
  }

  /** 0 to count - 1 in random order, as `Generator.permutation(count)`. */
  permutation(count: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: count }, (_, index) => index));
  }

  /**
   * `size` of `values`, none twice, as `Generator.choice(values, size, replace=False)` for up to
   * 10,000 values (Floyd's algorithm).
   */
  choice(values: readonly number[], size: number): number[] {
    const chosen = new Set<number>();
    for (let last = values.length - size; last < values.length; last++) {
      const drawn = this.#bounded(last);
      chosen.add(chosen.has(drawn) ? last : drawn);
    }
    return swapDown([...chosen], (largest) => this.#bounded(largest)).map((index) => values[index]!);
  }
}

/** Fisher and Yates' shuffle, from the end. */
function swapDown<Values extends Int32Array | number[]>(values: Values, drawUpTo: (largest: number) => number): Values {
  for (let last = values.length - 1; last >= 1; last--) {
    const other = drawUpTo(last);
    const swapped = values[last]!;
    values[last] = values[other]!;
    values[other] = swapped;
  }
  return values;
}

/** `numpy.random.SeedSequence(seed).generate_state(4, uint64)` (M. O'Neill's seed_seq_fe128). */
function seedSequence(seed: number | bigint): bigint[] {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed))
    throw new DatasetError(`The seed must be a whole number of at least 0; got ${seed}`);
  let rest = BigInt(seed);
  if (rest < 0n) throw new DatasetError(`The seed must be a whole number of at least 0; got ${seed}`);
  const entropy: number[] = [];
  do {
    entropy.push(Number(rest & 0xffffffffn));
    rest >>= 32n;
  } while (rest > 0n);

  let hashConstant = 0x43b0d7e5;
  const hash = (value: number): number => {
    let mixed = (value ^ hashConstant) >>> 0;
    hashConstant = Math.imul(hashConstant, 0x931e8875) >>> 0;
    mixed = Math.imul(mixed, hashConstant) >>> 0;
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  const mix = (a: number, b: number): number => {
    const mixed = (Math.imul(0xca01f9dd, a) - Math.imul(0x4973f715, b)) >>> 0;
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  const pool = Array.from({ length: 4 }, (_, index) => hash(entropy[index] ?? 0));
  for (let source = 0; source < 4; source++) {
    for (let target = 0; target < 4; target++)
      if (source !== target) pool[target] = mix(pool[target]!, hash(pool[source]!));
  }
  for (const word of entropy.slice(4))
    for (let target = 0; target < 4; target++) pool[target] = mix(pool[target]!, hash(word));

  let outputConstant = 0x8b51f9dd;
  const words = Array.from({ length: 8 }, (_, index) => {
    let value = (pool[index % 4]! ^ outputConstant) >>> 0;
    outputConstant = Math.imul(outputConstant, 0x58f38ded) >>> 0;
    value = Math.imul(value, outputConstant) >>> 0;
    return (value ^ (value >>> 16)) >>> 0;
  });
  return Array.from({ length: 4 }, (_, index) => BigInt(words[2 * index]!) | (BigInt(words[2 * index + 1]!) << 32n));
}
