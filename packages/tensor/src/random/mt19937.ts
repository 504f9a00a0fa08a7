import { anyWholeNumber, number, orNull, requireArgument, requireOptions, wholeNumber } from '@attune/validate';
import { TensorError } from '../errors.ts';
import { bernoulli, integers, normal, randperm, uniform } from './numbers.ts';
import { Twister } from './twister.ts';
import type { Mt19937State } from './twister.ts';
import { requireAtMost } from '../surplusArguments.ts';

export type { Mt19937State } from './twister.ts';

const stateKinds = {
  words: {
    what: 'an array of 624 words',
    holds: (value: unknown) => Array.isArray(value) && value.length === 624 && value.every(Number.isInteger),
  },
  position: wholeNumber(0, 624),
  nextNormal: orNull(number),
};

/**
 * The Mersenne twister as in PyTorch's CPU generator: a seed gives the same permutations and normal
 * numbers as in `torch`.
 *
 * Source: M. Matsumoto, T. Nishimura, "Mersenne Twister", 1998; at::mt19937 and
 * at::native::normal_fill of PyTorch.
 */
export class Mt19937 extends Twister {
  /**
   * @param seed a whole number; its lowest 32 bits count
   * @throws TensorError
   */
  constructor(seed: number) {
    requireAtMost('new Mt19937', 1, arguments);
    requireArgument('new Mt19937', 'seed', seed, anyWholeNumber, TensorError);
    super(seed);
  }

  override get state(): Mt19937State {
    return super.state;
  }

  /** @throws TensorError when it is not a state of a Mersenne twister */
  override set state(state: Mt19937State) {
    requireOptions('state', state, stateKinds, { error: TensorError });
    super.state = state;
  }

  /**
   * The numbers 0 to n - 1 in random order, as `torch.randperm(n)`.
   *
   * @throws TensorError
   */
  randperm(n: number): Int32Array {
    return randperm(this, n);
  }

  /**
   * Normal numbers in f32, as `torch.empty(count).normal_(mean, std)` on the CPU.
   *
   * @throws TensorError
   */
  normal(count: number, mean = 0, std = 1): Float32Array {
    return normal(this, count, mean, std);
  }

  /**
   * Uniform numbers in [0, 1), in f32, as `torch.rand(count)` on the CPU.
   *
   * @throws TensorError
   */
  uniform(count: number): Float32Array {
    return uniform(this, count);
  }

  /**
   * Whole numbers in [low, high), as `torch.randint` on the CPU.
   *
   * @throws TensorError
   */
  integers(count: number, low: number, high: number): Int32Array {
    return integers(this, count, low, high);
  }

  /**
   * 1 with this probability, else 0, as `torch.empty(count).bernoulli_(probability)` on the CPU.
   *
   * @throws TensorError
   */
  bernoulli(count: number, probability: number): Float32Array {
    return bernoulli(this, count, probability);
  }
}
