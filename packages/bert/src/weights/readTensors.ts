import { readSafetensors } from '@attune/tensor';
import { refuseForeignBytes } from '../folder/foreignContent.ts';
import type { StoredTensor } from './floats.ts';

/** The tensors of one file of weights. */
export function readTensors(bytes: Uint8Array, source: string): ReadonlyMap<string, StoredTensor> {
  refuseForeignBytes(bytes, source);
  return readSafetensors(bytes, source).tensors;
}
