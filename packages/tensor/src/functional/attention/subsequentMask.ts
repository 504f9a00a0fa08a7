import type { Device } from '../../device.ts';
import type { Tensor } from '../../tensor.ts';
import { fromValues } from '../creation/create.ts';

/** [queries, keys], true where the key comes after the query: what causal attention leaves out. */
export function subsequentMask(operation: string, queries: number, keys: number, device: Device): Tensor<'bool'> {
  const values = () =>
    Array.from({ length: queries * keys }, (_, index) => Number(index % keys > Math.floor(index / keys)));
  return fromValues(operation, values, [queries, keys], { device, dtype: 'bool' });
}
