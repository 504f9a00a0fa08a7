import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { flatIndexingFor } from '../../wgsl/flatIndexing.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { floatTypes, requireArray, requireSeparate } from '../validate.ts';

interface Elementwise {
  /** Name in errors and profiles. */
  readonly kernel: string;
  /**
   * WGSL with `struct Parameters { count: u32, … }`, where count is of vectors, and a `main` that
   * takes its `flatIndexing`. `#if vec4` says whether vectors have four elements or one.
   */
  readonly source: WgslFile;
  /** Arrays by their names in errors and in WGSL. */
  readonly reads: Readonly<Record<string, GpuArray>>;
  readonly writes: Readonly<Record<string, GpuArray>>;
  readonly length: number;
  readonly integers?: readonly number[];
  readonly floats?: readonly number[];
  readonly types?: readonly ElementType[];
}

/**
 * Checks the arrays and records a kernel that computes every element from those at the same index,
 * in vectors of four where the length is a multiple of four.
 */
export function recordElementwise(gpu: Gpu, options: Elementwise): void {
  const { kernel, source, reads, writes, length, integers = [], floats, types = floatTypes } = options;
  let bytes = 0;
  for (const arrays of [reads, writes]) {
    for (const name in arrays) {
      const array = arrays[name] as GpuArray;
      requireArray(kernel, name, array, { length }, types);
      bytes += length * bytesPerElement[array.elementType];
    }
  }
  const readArrays = Object.values(reads);
  const writtenArrays = Object.values(writes);
  requireSeparate(kernel, readArrays, writtenArrays);
  const width = length % 4 === 0 ? 4 : 1;
  const vectors = length / width;
  const { defines, workgroups } = flatIndexingFor(gpu.profile);
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, reads, writes, width),
      vec4: width === 4,
      ...defines,
    }),
    parameters: { integers: [vectors, ...integers], floats },
    reads: readArrays,
    writes: writtenArrays,
    workgroups: workgroups(vectors),
    work: { bytes },
  });
}
