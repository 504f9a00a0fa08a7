import { callable, optional, requireArgument, shown, wholeNumber } from '@attune/validate';
import type { OptionKinds } from '@attune/validate';
import { DatasetError } from '../errors.ts';
import { requireDatasetOptions } from '../requireDatasetOptions.ts';
import { freshSeed, Pcg64, seedKind } from '../random/pcg64.ts';

/** The order of rows in an epoch. */
export interface Sampler {
  /** Rows per epoch. */
  readonly length: number;
  /** Row numbers of an epoch (counted from 0), in order. */
  indices(epoch: number): Int32Array;
}

const countKinds: OptionKinds = { numSamples: wholeNumber(0) };

/** Rows in order. */
export class SequentialSampler implements Sampler {
  readonly length: number;

  /** @throws DatasetError when `numSamples` is not a number of rows */
  constructor(options: { readonly numSamples: number }) {
    requireDatasetOptions('new SequentialSampler', options, countKinds);
    this.length = options.numSamples;
  }

  indices(): Int32Array {
    return Int32Array.from({ length: this.length }, (_, row) => row);
  }
}

/** Options of {@link RandomSampler}. */
export interface RandomSamplerOptions {
  /** Rows to choose from. */
  readonly numSamples: number;
  /**
   * Determines the order of each epoch: NumPy's PCG64, seeded by it and the index of the epoch.
   * Default: a new seed each time.
   */
  readonly seed?: number | bigint | undefined;
  /**
   * Instead of a seed: the order of an epoch, each row index once, such as PyTorch's
   * `torch.randperm(numSamples)`. Default: none.
   */
  readonly order?: ((epoch: number) => Int32Array) | undefined;
}

const randomKinds: OptionKinds = { ...countKinds, seed: optional(seedKind), order: optional(callable) };

/** Rows in an order that differs from epoch to epoch. */
export class RandomSampler implements Sampler {
  readonly length: number;
  readonly #order: (epoch: number) => Int32Array;

  /** @throws DatasetError for unknown options, or both a seed and an order */
  constructor(options: RandomSamplerOptions) {
    requireDatasetOptions('new RandomSampler', options, randomKinds, { generator: 'pass a seed, or an order' });
    const { numSamples, seed, order } = options;
    if (seed !== undefined && order !== undefined)
      throw new DatasetError('new RandomSampler: pass a seed or an order, not both');
    this.length = numSamples;
    const own = BigInt(seed ?? freshSeed());
    // The epoch is added above the usual bits of a seed, so that no two seeds share epochs.
    this.#order = order ?? ((epoch) => new Pcg64(own + (BigInt(epoch) << 128n)).permutation(numSamples));
  }

  /** @throws DatasetError when the order is not a permutation of the rows */
  indices(epoch: number): Int32Array {
    requireArgument('indices', 'epoch', epoch, wholeNumber(0), DatasetError);
    const order = this.#order(epoch);
    if (!(order instanceof Int32Array))
      throw new DatasetError(`RandomSampler: order must return an Int32Array; got ${shown(order)}`);
    const wrong = order.find((row) => row < 0 || row >= this.length);
    if (order.length !== this.length || wrong !== undefined) {
      throw new DatasetError(
        `RandomSampler: the order of epoch ${epoch} has ${order.length} rows${wrong === undefined ? '' : `, one of them ${wrong}`}; it must hold each of 0 to ${this.length - 1} once`,
      );
    }
    return order;
  }
}
