const stateSize = 624;
const middle = 397;

/** State of a generator, as plain JSON. */
export interface Mt19937State {
  /** 624 words. */
  readonly words: readonly number[];
  /** Number of words used since they were last generated. */
  readonly position: number;
  /** The second number of a normal pair, if it is not used yet. */
  readonly nextNormal: number | null;
}

/**
 * The Mersenne twister: random words, from which all other numbers are derived.
 *
 * Source: M. Matsumoto, T. Nishimura, "Mersenne Twister", 1998.
 */
export class Twister {
  readonly #words = new Uint32Array(stateSize);
  #position = stateSize;
  /** The second number of a normal pair, if it is not used yet. @internal */
  nextNormal: number | null = null;

  /** @param seed a whole number; its lowest 32 bits count */
  constructor(seed: number) {
    const words = this.#words;
    words[0] = seed >>> 0;
    for (let index = 1; index < stateSize; index++) {
      const previous = words[index - 1] as number;
      words[index] = Math.imul(1812433253, previous ^ (previous >>> 30)) + index;
    }
  }

  /** The state of the generator. */
  get state(): Mt19937State {
    return { words: [...this.#words], position: this.#position, nextNormal: this.nextNormal };
  }

  set state({ words, position, nextNormal }: Mt19937State) {
    this.#words.set(words);
    this.#position = position;
    this.nextNormal = nextNormal;
  }

  /** A whole number from 0 to 4294967295. */
  nextUint32(): number {
    if (this.#position === stateSize) this.#renew();
    let word = this.#words[this.#position++] as number;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    word ^= word >>> 18;
    return word >>> 0;
  }

  #renew(): void {
    const words = this.#words;
    for (let index = 0; index < stateSize; index++) {
      const mixed = ((words[index] as number) & 0x80000000) | ((words[(index + 1) % stateSize] as number) & 0x7fffffff);
      words[index] = (words[(index + middle) % stateSize] as number) ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.#position = 0;
  }
}
