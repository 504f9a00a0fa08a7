import type { Gpu } from '../../gpu.ts';
import type { Width } from '../../wgsl/elementAccess.ts';
import { rowIndexingFor } from '../../wgsl/rowIndexing.ts';
import type { RowIndexing } from '../../wgsl/rowIndexing.ts';
import { requireKernelOptions } from '../validate.ts';
import { stridesKinds } from './options.ts';
import type { IndexedShape, IndexStrides } from './options.ts';

type Indexed = Omit<IndexedShape, 'index'>;

/** The strides given, or those of a contiguous index. */
export function stridesOf({ places, inner, strides }: Pick<Indexed, 'places' | 'inner' | 'strides'>): IndexStrides {
  return strides ?? { outer: places * inner, place: inner, inner: 1 };
}

/**
 * How many elements the index array must hold.
 *
 * @throws KernelArgumentError for strides of the wrong kind
 */
export function indexLength(kernel: string, options: Indexed): number {
  if (options.strides) requireKernelOptions(`${kernel}: strides`, options.strides, stridesKinds);
  const { outer, places, inner } = options;
  if (outer * places * inner === 0) return 0;
  const strides = stridesOf(options);
  return 1 + (outer - 1) * strides.outer + (places - 1) * strides.place + (inner - 1) * strides.inner;
}

/** Whether one index serves a row of elements after the axis, long enough for eight threads. */
export function sharesIndices(options: Pick<Indexed, 'places' | 'inner' | 'strides'>): boolean {
  return stridesOf(options).inner === 0 && options.inner >= 8;
}

/** How the elements of an output are assigned to threads. */
interface ElementAssignment {
  /** Whether one index serves a row of elements after the axis, and threads share rows. */
  readonly rows: boolean;
  /** Elements in a vector of input and output. */
  readonly width: Width;
  readonly defines: Partial<RowIndexing['defines']>;
  readonly integers: readonly number[];
  /** Null where elements are assigned one by one. */
  readonly workgroups: RowIndexing['workgroups'] | null;
}

/**
 * Assigns an output of `outer` x `extent` x `inner` by rows where one index serves each row, and
 * rows are long enough for eight threads to share.
 */
export function assignElements(gpu: Gpu, options: Indexed, extent: number): ElementAssignment {
  const { outer, length, places, inner } = options;
  const strides = stridesOf(options);
  if (!sharesIndices(options))
    return {
      rows: false,
      width: 1,
      defines: {},
      integers: [outer * extent * inner, length, places, inner, strides.outer, strides.place, strides.inner],
      workgroups: null,
    };
  const width = inner % 4 === 0 ? 4 : 1;
  const { matrix, defines, workgroups } = rowIndexingFor(gpu.profile, outer * extent, inner / width);
  const integers = [...matrix, length, places, strides.outer, strides.place];
  return { rows: true, width, defines, integers, workgroups };
}
