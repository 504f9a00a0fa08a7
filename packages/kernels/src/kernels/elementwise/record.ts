import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { flatIndexingFor } from '../../wgsl/flatIndexing.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate } from '../validate.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';

export interface Elementwise {
  /** Name in errors and profiles. */
  readonly kernel: string;
  /**
   * WGSL with `struct Parameters { count: u32, … }`, where count is of vectors, and a `main` that
   * takes its `flatIndexing`.
   */
  readonly source: string;
  /** Arrays by the name that they have in errors and in WGSL. */
  readonly reads: Readonly<Record<string, GpuArray>>;
  readonly writes: Readonly<Record<string, GpuArray>>;
  readonly length: number;
  readonly integers?: readonly number[];
  readonly floats?: readonly number[];
  readonly types?: readonly ElementType[];
  /**
   * More lines after the access to arrays, given the width, and what names them in the program key.
   */
  readonly prelude?: { readonly key: string; readonly text: (width: 1 | 4) => string };
}

/**
 * Validates and records a kernel that computes every element from the elements at the same index.
 * Vectors of four where the length is a multiple.
 */
export function recordElementwise(gpu: Gpu, options: Elementwise): void {
  const { kernel, source, reads, writes, length, types = floatTypes, prelude } = options;
  requireExtents(kernel, { length });
  const arrays = { ...reads, ...writes };
  let bytes = 0;
  for (const name in arrays) {
    const array = arrays[name] as GpuArray;
    requireArray(kernel, name, array, { length }, types);
    bytes += length * bytesPerElement[array.elementType];
  }
  const readArrays = Object.values(reads);
  const writtenArrays = Object.values(writes);
  requireSeparate(kernel, readArrays, writtenArrays);
  const width = length % 4 === 0 ? 4 : 1;
  const access = elementAccess(gpu, reads, writes, width);
  const vectors = length / width;
  const share = flatIndexingFor(gpu.profile);
  gpu.dispatch({
    program: {
      key: `${kernel} ${prelude?.key ?? ''}${access.key}`,
      source: () => access.text() + share.text + (prelude?.text(width) ?? '') + source,
    },
    parameters: { integers: [vectors, ...(options.integers ?? [])], floats: options.floats },
    reads: readArrays,
    writes: writtenArrays,
    workgroups: share.workgroups(vectors),
    work: { bytes },
  });
}
