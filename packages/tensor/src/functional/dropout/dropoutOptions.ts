import type * as kernels from '@attune/kernels';
import { requireArgument, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import type { Device } from '../../device.ts';
import { TensorError } from '../../errors.ts';
import { requireDevice } from '../../requireDevice.ts';
import { Tensor } from '../../tensor.ts';
import { tensor } from '../creation/create.ts';

/**
 * Where dropout gets its random bits from: the seed, the number of the update, and for each row
 * which token of which example it is. The same key drops the same elements, however examples are
 * split into batches.
 */
export interface RandomKey {
  /** u32 [4]: seed, update, 0, 0. */
  readonly state: Tensor;
  /**
   * u32 [rows]: index of the example in the update shifted left by 16, plus the position of the
   * token in its sequence.
   */
  readonly tokenKeys: Tensor;
}

/** A dropout, for operations that drop elements. */
export interface DropoutOptions {
  /** Probability that an element becomes 0, in [0, 1). */
  readonly probability: number;
  /** A number that is unique among the dropouts of the model. */
  readonly site: number;
  /** Seed, update and keys of the rows. */
  readonly random: RandomKey;
}

/** Whole numbers that fit 32 bits. */
const word = wholeNumber(0, 2 ** 32 - 1);

/**
 * The seed and update of a random key on the GPU.
 *
 * @throws TensorError
 */
export function randomState(device: Device, options: { readonly seed: number; readonly update: number }): Tensor {
  requireDevice('randomState', device);
  const { seed, update } = options ?? {};
  requireArgument('randomState', 'seed', seed, word, TensorError);
  requireArgument('randomState', 'update', update, word, TensorError);
  return tensor(Uint32Array.of(seed, update, 0, 0), { shape: [4], device });
}

const isRandom = (value: unknown): boolean => {
  const { state, tokenKeys } = (value ?? {}) as Partial<RandomKey>;
  return state instanceof Tensor && state.dtype === 'u32' && tokenKeys instanceof Tensor && tokenKeys.dtype === 'u32';
};

/** The kind of dropout options, for every operation that has them. */
export const dropoutKind: Kind = {
  what: 'the options of a dropout: { probability in [0, 1), site, random: { state, tokenKeys } }',
  found: (value) =>
    typeof value === 'number' ? `${value}; new Dropout({ p: ${value} }) has its own site and random` : undefined,
  holds(value) {
    if (typeof value !== 'object' || value === null) return false;
    const { probability, site, random } = value as Partial<DropoutOptions>;
    if (typeof probability !== 'number' || !(probability >= 0 && probability < 1)) return false;
    return word.holds(site) && isRandom(random);
  },
};

/** Options as kernels take them; undefined for a probability of 0. */
export function kernelDropout(options: DropoutOptions | null | undefined): kernels.DropoutOptions | undefined {
  if (!options || options.probability === 0) return undefined;
  const { probability, site, random } = options;
  return { probability, site, random: { state: random.state.array, tokenKeys: random.tokenKeys.array } };
}
