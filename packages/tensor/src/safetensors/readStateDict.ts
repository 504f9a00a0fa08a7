import type { StateDict } from '../nn/module/module.ts';
import { SafetensorsError } from './dtypes.ts';
import { floatsOf } from './floats.ts';
import { readSafetensors } from './readSafetensors.ts';
import { requireAtMost } from '../surplusArguments.ts';

/**
 * The weights of a safetensors file, as `safetensors.torch.save_file(model.state_dict(), path)`
 * writes it, for `module.loadStateDict`. F16, BF16 and F64 become f32.
 *
 * @param source name of the file in messages
 * @throws SafetensorsError for a damaged file, or a tensor of another type
 */
export function readStateDict(file: Uint8Array, source = 'safetensors file'): StateDict {
  requireAtMost('readStateDict', 2, arguments);
  const { tensors } = readSafetensors(file, source);
  return new Map(
    [...tensors].map(([name, entry]) => {
      const data = floatsOf(entry);
      if (!data) throw new SafetensorsError(`${source}: ${name} must be F32, F16, BF16 or F64; it is ${entry.dtype}`);
      return [name, { dtype: 'f32', shape: entry.shape, data }];
    }),
  );
}
