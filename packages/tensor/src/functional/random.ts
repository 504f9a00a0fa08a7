import type * as kernels from '@attune/kernels';
import type { Device } from '../device.ts';
import { tensor } from './create.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Where dropout gets its bits from: the seed, the number of the update, and for each row which
 * token of which example it is. The same key drops the same elements, however examples are cut into
 * batches.
 */
export interface RandomKey {
  /** u32 [4]: seed, update, 0, 0. */
  readonly state: Tensor;
  /**
   * u32 [rows]: number of the example in the update shifted left by 16, plus the position of the
   * token in its sequence.
   */
  readonly tokenKeys: Tensor;
}

export interface DropoutOptions {
  /** Part of the elements that become 0, in [0, 1). */
  readonly probability: number;
  /** A number that no other dropout of the model has. */
  readonly site: number;
  readonly random: RandomKey;
}

/** The seed and update of a random key on the GPU. */
export function randomState(
  device: Device,
  { seed, update }: { readonly seed: number; readonly update: number },
): Tensor {
  return tensor(Uint32Array.of(seed, update, 0, 0), { shape: [4], device });
}

/** Options as kernels take them; nothing for a probability of 0. */
export function kernelDropout(options: DropoutOptions | null | undefined): kernels.DropoutOptions | undefined {
  if (!options || options.probability === 0) return undefined;
  const { probability, site, random } = options;
  return { probability, site, random: { state: random.state.array, tokenKeys: random.tokenKeys.array } };
}
