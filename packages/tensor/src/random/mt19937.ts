import { number, orNull, requireArgument, requireOptions, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { TensorError } from '../errors.ts';

const stateSize = 624;
const middle = 397;

const aWhole: Kind = { what: 'a whole number', holds: Number.isInteger };
const anInteger = wholeNumber(-(2 ** 31), 2 ** 31 - 1);
const aProbability: Kind = {
  what: 'a number from 0 to 1',
  holds: (value) => typeof value === 'number' && value >= 0 && value <= 1,
};
const aCount = wholeNumber(0, 2 ** 31 - 1);
const stateKinds = {
  words: {
    what: `an array of ${stateSize} words`,
    holds: (value: unknown) => Array.isArray(value) && value.length === stateSize && value.every(Number.isInteger),
  },
  position: wholeNumber(0, stateSize),
  nextNormal: orNull(number),
};

/** What a generator needs to go on where it stands; plain JSON. */
export interface Mt19937State {
  /** 624 words. */
  readonly words: readonly number[];
  /** Words used since they were last renewed. */
  readonly position: number;
  /** The second number of a normal pair, not given out yet. */
  readonly nextNormal: number | null;
}

/**
 * The Mersenne twister as PyTorch's CPU generator runs it: the same seed gives the same
 * permutations and the same normal numbers as `torch`.
 *
 * Source: M. Matsumoto, T. Nishimura, "Mersenne Twister", 1998; at::mt19937 and
 * at::native::normal_fill of PyTorch.
 */
export class Mt19937 {
  readonly #words = new Uint32Array(stateSize);
  #position = stateSize;
  #nextNormal: number | null = null;

  /**
   * @param seed a whole number; its lowest 32 bits count
   * @throws TensorError
   */
  constructor(seed: number) {
    requireArgument('new Mt19937', 'seed', seed, aWhole, TensorError);
    const words = this.#words;
    words[0] = seed >>> 0;
    for (let index = 1; index < stateSize; index++) {
      const previous = words[index - 1] as number;
      words[index] = Math.imul(1812433253, previous ^ (previous >>> 30)) + index;
    }
  }

  get state(): Mt19937State {
    return { words: [...this.#words], position: this.#position, nextNormal: this.#nextNormal };
  }

  /** @throws TensorError when it is no state of a Mersenne twister */
  set state(state: Mt19937State) {
    requireOptions('state', state, stateKinds, { error: TensorError });
    const { words, position, nextNormal } = state;
    this.#words.set(words);
    this.#position = position;
    this.#nextNormal = nextNormal;
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

  /**
   * The numbers 0 to n - 1 in random order, as `torch.randperm(n)`.
   *
   * @throws TensorError
   */
  randperm(n: number): Int32Array {
    requireArgument('randperm', 'n', n, aCount, TensorError);
    const order = Int32Array.from({ length: n }, (_, index) => index);
    for (let index = 0; index < n - 1; index++) {
      const other = index + (this.nextUint32() % (n - index));
      const value = order[index] as number;
      order[index] = order[other] as number;
      order[other] = value;
    }
    return order;
  }

  /**
   * Normal numbers in f32, as `torch.empty(count).normal_(mean, std)` on the CPU.
   *
   * @throws TensorError
   */
  normal(count: number, mean = 0, std = 1): Float32Array {
    requireArgument('normal', 'count', count, aCount, TensorError);
    requireArgument('normal', 'mean', mean, number, TensorError);
    requireArgument('normal', 'std', std, number, TensorError);
    const values = new Float32Array(count);
    if (count < 16) {
      for (let index = 0; index < count; index++) values[index] = this.#scalarNormal() * std + mean;
      return values;
    }
    for (let index = 0; index < count; index++) values[index] = this.#uniform24();
    for (let start = 0; start + 16 <= count; start += 16) boxMuller(values, start, mean, std);
    if (count % 16 !== 0) {
      // PyTorch draws the last 16 again, so that it can transform whole blocks only.
      const start = count - 16;
      for (let index = start; index < count; index++) values[index] = this.#uniform24();
      boxMuller(values, start, mean, std);
    }
    return values;
  }

  /**
   * Numbers from 0 on, before 1, in f32, as `torch.rand(count)` on the CPU.
   *
   * @throws TensorError
   */
  uniform(count: number): Float32Array {
    requireArgument('uniform', 'count', count, aCount, TensorError);
    return Float32Array.from({ length: count }, () => this.#uniform24());
  }

  /**
   * Whole numbers from `low` on, before `high`, as `torch.randint` on the CPU.
   *
   * @throws TensorError
   */
  integers(count: number, low: number, high: number): Int32Array {
    requireArgument('integers', 'count', count, aCount, TensorError);
    requireArgument('integers', 'low', low, anInteger, TensorError);
    requireArgument('integers', 'high', high, wholeNumber(low + 1, 2 ** 31), TensorError);
    return Int32Array.from({ length: count }, () => low + (this.nextUint32() % (high - low)));
  }

  /**
   * 1 with this probability, else 0, as `torch.empty(count).bernoulli_(probability)` on the CPU.
   *
   * @throws TensorError
   */
  bernoulli(count: number, probability: number): Float32Array {
    requireArgument('bernoulli', 'count', count, aCount, TensorError);
    requireArgument('bernoulli', 'probability', probability, aProbability, TensorError);
    return Float32Array.from({ length: count }, () => Number(this.#uniform53() < probability));
  }

  #uniform24(): number {
    return (this.nextUint32() & 0xffffff) / 2 ** 24;
  }

  #uniform53(): number {
    const high = this.nextUint32();
    const low = this.nextUint32();
    return ((high & 0x1fffff) * 2 ** 32 + low) / 2 ** 53;
  }

  #scalarNormal(): number {
    if (this.#nextNormal !== null) {
      const value = this.#nextNormal;
      this.#nextNormal = null;
      return value;
    }
    const angle = 2 * Math.PI * this.#uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-this.#uniform53()));
    this.#nextNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
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

/** Turns 16 uniform numbers into 16 normal ones, in f32 as PyTorch does. */
function boxMuller(values: Float32Array, start: number, mean: number, std: number): void {
  const round = Math.fround;
  for (let index = start; index < start + 8; index++) {
    const first = round(1 - (values[index] as number));
    const radius = round(Math.sqrt(round(-2 * round(Math.log(first)))));
    const angle = round(round(2 * Math.PI) * (values[index + 8] as number));
    values[index] = round(round(radius * round(Math.cos(angle))) * std) + mean;
    values[index + 8] = round(round(radius * round(Math.sin(angle))) * std) + mean;
  }
}
