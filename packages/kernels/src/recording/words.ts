import { KernelArgumentError } from '../errors.ts';
import type { GpuArray } from '../gpuArray.ts';
import { wgsl as clearSource } from './clear.wgsl.ts';
import { wgsl as copySource } from './copy.wgsl.ts';
import { spreadWorkgroups } from './dispatch.ts';
import type { Dispatch } from './dispatch.ts';

const elementsPerWorkgroup = 256;

/** Writes zero to every 32-bit word of an array. */
export function clearWords(array: GpuArray): Dispatch {
  return moveWords('clear', clearSource, array.byteLength, [], array);
}

/** Copies `source`, word by word, to the start of `target`. */
export function copyWords(source: GpuArray, target: GpuArray): Dispatch {
  if (source.elementType !== target.elementType || source.length > target.length) {
    throw new KernelArgumentError(
      `copy: ${source.length} of ${source.elementType} do not fit ${target.label}, ${target.length} of ${target.elementType}`,
    );
  }
  return moveWords('copy', copySource, source.byteLength, [source], target);
}

function moveWords(kernel: string, source: string, byteLength: number, reads: readonly GpuArray[], target: GpuArray): Dispatch {
  const words = Math.ceil(byteLength / 4);
  const wide = words % 4 === 0;
  const count = wide ? words / 4 : words;
  return {
    program: { key: wide ? `${kernel} by 4` : kernel, source: () => `alias Words = ${wide ? 'vec4u' : 'u32'};\n${source}` },
    parameters: { integers: [count] },
    reads,
    writes: [target],
    workgroups: spreadWorkgroups(Math.ceil(count / elementsPerWorkgroup)),
    work: { bytes: (reads.length + 1) * byteLength },
  };
}
