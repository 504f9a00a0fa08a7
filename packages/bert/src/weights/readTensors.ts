import { readSafetensors } from '@attune/tensor';
import type { StoredTensor } from './floats.ts';
import { refuseForeignBytes } from '../folder/foreignContent.ts';

/** The tensors of one file of weights. */
export function readTensors(bytes: Uint8Array, source: string): ReadonlyMap<string, StoredTensor> {
  refuseForeignBytes(bytes, source);
  return readSafetensors(bytes, source).tensors;
}
