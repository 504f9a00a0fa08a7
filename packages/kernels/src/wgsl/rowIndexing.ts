import type { DeviceProfile } from '../device/profile.ts';
import { spreadWorkgroups } from '../recording/dispatch.ts';
import { wgsl } from './rowIndexing.wgsl.ts';

/** How a kernel deals the places of a matrix to threads, row by row. */
export interface RowIndexing {
  /** `rowIndexing(matrix, workgroup, workgroups, thread)`, to put in front of the kernel. */
  readonly text: string;
  /** The `Matrix` that it takes, the first of the kernel's parameters. */
  readonly matrix: readonly number[];
  readonly workgroups: readonly [number, number, number];
}

/** Rows, or stretches of rows, that a workgroup takes side by side: eight threads each. */
const sideBySide = 8;

interface Grain {
  /**
   * Places that eight threads take, however few there are in all; of one row, they never take more.
   */
  readonly stretch: number;
  /** Places that they take at most where rows are short. */
  readonly places: number;
  /** Eight threads take more than a stretch only where so many workgroups are left. */
  readonly workgroups: number;
}

// On a software adapter eight threads take long to start, and two cores must still have work to
// share.
const software: Grain = { stretch: 256, places: 1024, workgroups: 32 };
const hardware: Grain = { stretch: 32, places: 32, workgroups: 1 };

/**
 * The share that fits an adapter: few large ones on processors, many small ones on GPUs.
 *
 * @param columns how many there are, or how many vectors of columns
 */
export function rowIndexingFor(profile: DeviceProfile, rows: number, columns: number): RowIndexing {
  const { stretch, places, workgroups } = profile.software ? software : hardware;
  const rowsOf = (count: number) => Math.floor(count / Math.max(1, columns));
  const rowsEach = Math.max(1, rowsOf(stretch), Math.min(rowsOf(places), Math.floor(rows / (sideBySide * workgroups))));
  const stretches = Math.ceil(columns / stretch);
  return {
    text: `const stretch = ${stretch}u;\n${wgsl}`,
    matrix: [rows, columns, rowsEach, stretches],
    workgroups: spreadWorkgroups(Math.ceil(rows / (rowsEach * sideBySide)) * stretches),
  };
}
