import { KernelArgumentError } from '../errors.ts';
import type { GpuArray } from '../gpuArray.ts';
import { wgsl as clearSource } from './clear.wgsl.ts';
import { wgsl as copySource } from './copy.wgsl.ts';
import { spreadWorkgroups } from './dispatch.ts';
import type { Dispatch } from './dispatch.ts';

const wordsPerWorkgroup = 256;

/** Writes zero to every 32-bit word of an array. */
export function clearWords(array: GpuArray): Dispatch {
  const words = Math.ceil(array.byteLength / 4);
  return {
    program: { key: 'clear', source: () => clearSource },
    parameters: { integers: [words] },
    reads: [],
    writes: [array],
    workgroups: spreadWorkgroups(Math.ceil(words / wordsPerWorkgroup)),
    work: { bytes: array.byteLength },
  };
}

/** Copies `source`, word by word, to the start of `target`. */
export function copyWords(source: GpuArray, target: GpuArray): Dispatch {
  if (source.elementType !== target.elementType || source.length > target.length) {
    throw new KernelArgumentError(`copy: ${source.length} of ${source.elementType} do not fit ${target.label}, ${target.length} of ${target.elementType}`);
  }
  const words = Math.ceil(source.byteLength / 4);
  return {
    program: { key: 'copy', source: () => copySource },
    parameters: { integers: [words] },
    reads: [source],
    writes: [target],
    workgroups: spreadWorkgroups(Math.ceil(words / wordsPerWorkgroup)),
    work: { bytes: 2 * source.byteLength },
  };
}
