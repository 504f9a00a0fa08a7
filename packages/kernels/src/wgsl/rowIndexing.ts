import type { DeviceProfile } from '../device/profile.ts';
import { spreadWorkgroups } from '../recording/dispatch.ts';

/** How a kernel deals the elements of a matrix to threads, row by row. */
export interface RowIndexing {
  /** What `wgsl/rowIndexing` needs. */
  readonly defines: { readonly rowSegment: number };
  /** The `Matrix` that it takes, the first of the kernel's parameters. */
  readonly matrix: readonly number[];
  readonly workgroups: readonly [number, number, number];
}

/** Rows, or segments of rows, that a workgroup takes side by side: eight threads each. */
const sideBySide = 8;

interface Grain {
  /**
   * Elements that eight threads take, however few there are in all; of one row they never take
   * more.
   */
  readonly rowSegment: number;
  /** Elements that they take at most where rows are short. */
  readonly elements: number;
  /** Eight threads take more than a segment only where so many workgroups are left. */
  readonly workgroups: number;
}

// On a software adapter eight threads take long to start, and two cores must still have work to
// share.
const software: Grain = { rowSegment: 256, elements: 1024, workgroups: 32 };
const hardware: Grain = { rowSegment: 32, elements: 32, workgroups: 1 };

/**
 * What fits an adapter: few large workgroups on processors, many small ones on GPUs.
 *
 * @param columns how many there are, or how many vectors of columns
 */
export function rowIndexingFor(profile: DeviceProfile, rows: number, columns: number): RowIndexing {
  const { rowSegment, elements, workgroups } = profile.software ? software : hardware;
  const rowsOf = (count: number) => Math.floor(count / Math.max(1, columns));
  const rowsPerThread = Math.max(
    1,
    rowsOf(rowSegment),
    Math.min(rowsOf(elements), Math.floor(rows / (sideBySide * workgroups))),
  );
  const segments = Math.ceil(columns / rowSegment);
  return {
    defines: { rowSegment },
    matrix: [rows, columns, rowsPerThread, segments],
    workgroups: spreadWorkgroups(Math.ceil(rows / (rowsPerThread * sideBySide)) * segments),
  };
}
