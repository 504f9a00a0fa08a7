import type { DeviceProfile } from '../device/profile.ts';
import { spreadWorkgroups } from '../recording/dispatch.ts';

/** How a kernel assigns the elements of a matrix to threads, row by row. */
export interface RowIndexing {
  /** Defines of `wgsl/rowIndexing`. */
  readonly defines: { readonly rowSegment: number; readonly abreast: number };
  /** The `Matrix` that comes first in the kernel's parameters. */
  readonly matrix: readonly number[];
  readonly workgroups: readonly [number, number, number];
}

const threads = 64;
/** Threads that share rows of at least as many columns. */
const mostAbreast = 8;

interface Grain {
  /** Elements of a row that eight threads take at most; longer rows are cut into segments. */
  readonly rowSegment: number;
  /** Elements that eight threads take at most where rows are short. */
  readonly elements: number;
  /** Eight threads take more than one segment only where at least this many workgroups remain. */
  readonly workgroups: number;
}

// On a software adapter starting eight threads is expensive, but two cores must still have work to
// share.
const software: Grain = { rowSegment: 256, elements: 1024, workgroups: 32 };
const hardware: Grain = { rowSegment: 32, elements: 32, workgroups: 1 };

/**
 * The indexing that suits an adapter: few large workgroups on software adapters, many small ones on
 * GPUs.
 *
 * @param columns number of columns, or of vectors of columns
 */
export function rowIndexingFor(profile: DeviceProfile, rows: number, columns: number): RowIndexing {
  const { rowSegment, elements, workgroups } = profile.software ? software : hardware;
  const abreast = threadsAbreast(columns);
  const sideBySide = threads / abreast;
  const rowsOf = (count: number) => Math.floor((count * abreast) / mostAbreast / Math.max(1, columns));
  const rowsPerThread = Math.max(
    1,
    rowsOf(rowSegment),
    Math.min(rowsOf(elements), Math.floor(rows / (sideBySide * workgroups))),
  );
  const segments = Math.ceil(columns / rowSegment);
  return {
    defines: { rowSegment, abreast },
    matrix: [rows, columns, rowsPerThread, segments],
    workgroups: spreadWorkgroups(Math.ceil(rows / (rowsPerThread * sideBySide)) * segments),
  };
}

/** As many threads as there are columns, rounded up to a power of two, or eight. */
export function threadsAbreast(columns: number): number {
  let abreast = 1;
  while (abreast < Math.min(columns, mostAbreast)) abreast *= 2;
  return abreast;
}
