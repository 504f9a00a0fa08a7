/** Random numbers from a seed, the same everywhere: mulberry32. */
export class RandomStream {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  integer(count: number): number {
    return Math.floor(this.next() * count);
  }

  choose<Item>(items: readonly Item[]): Item {
    return items[this.integer(items.length)] as Item;
  }
}
