import { DatasetError } from '../errors.ts';

/** The order of rows in an epoch. */
export interface Sampler {
  /** Rows per epoch. */
  readonly length: number;
  /** Row numbers of an epoch (counted from 0), in order. */
  indices(epoch: number): Int32Array;
}

function checkCount(numSamples: number): number {
  if (!Number.isInteger(numSamples) || numSamples < 0)
    throw new DatasetError(`Sampler: numSamples is ${numSamples}; a number of rows was expected.`);
  return numSamples;
}

/** Rows as they are. */
export class SequentialSampler implements Sampler {
  readonly length: number;

  constructor({ numSamples }: { readonly numSamples: number }) {
    this.length = checkCount(numSamples);
  }

  indices(): Int32Array {
    return Int32Array.from({ length: this.length }, (_, row) => row);
  }
}

export interface RandomSamplerOptions {
  readonly numSamples: number;
  /**
   * The order of an epoch: each row number once. PyTorch's is `torch.randperm(numSamples)` from the
   * seed plus the epoch.
   */
  readonly order: (epoch: number) => Int32Array;
}

/** Rows in an order that differs from epoch to epoch. */
export class RandomSampler implements Sampler {
  readonly length: number;
  readonly #order: (epoch: number) => Int32Array;

  constructor({ numSamples, order }: RandomSamplerOptions) {
    this.length = checkCount(numSamples);
    this.#order = order;
  }

  /** @throws DatasetError when the order is not one of these rows */
  indices(epoch: number): Int32Array {
    const order = this.#order(epoch);
    const wrong = order.find((row) => row < 0 || row >= this.length);
    if (order.length !== this.length || wrong !== undefined) {
      throw new DatasetError(
        `RandomSampler: the order of epoch ${epoch} has ${order.length} rows${wrong === undefined ? '' : `, one of them ${wrong}`}; each of 0 to ${this.length - 1} was expected once.`,
      );
    }
    return order;
  }
}
