import { floatsOf } from '@attune/tensor/internal';
import { CheckpointError } from '../errors.ts';

/** A tensor as stored in a safetensors file. */
export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/**
 * The values of a stored weight in float32.
 *
 * @throws CheckpointError for a type that holds no floats
 */
export function toFloat32(name: string, tensor: StoredTensor): Float32Array {
  const floats = floatsOf(tensor);
  if (floats) return floats;
  throw new CheckpointError(
    `Weight '${name}' must be F32, F16, BF16 or F64; it is ${tensor.dtype}. ` +
      `Quantised checkpoints cannot be fine-tuned here.`,
  );
}
