import type { DeviceProfile } from '../../device/profile.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';

/** How kernels that sum columns over blocks of rows assign them to threads. */
export interface ColumnBlocks {
  readonly blocks: number;
  /** Defines of `kernels/columnSum/columnBlocks`: vectors of columns that a thread takes. */
  readonly defines: { readonly across: number };
  /** The kernel's first parameters: rows, vectors, rowsPerBlock, blocks. */
  readonly integers: readonly [rows: number, vectors: number, rowsPerBlock: number, blocks: number];
  readonly workgroups: readonly [number, number, number];
}

const leastRowsOfBlock = 16;
const mostRowsOfBlock = 64;

/** @param vectors number of vectors in a row: of four columns each, or single ones */
export function columnBlocks(
  { software }: DeviceProfile,
  rows: number,
  vectors: number,
  rowsPerBlock: number = rowsOfBlock(rows),
): ColumnBlocks {
  // With no rows there is still one block, whose sums are 0.
  const blocks = Math.max(1, Math.ceil(rows / rowsPerBlock));
  const across = software ? 4 : 1;
  return {
    blocks,
    defines: { across },
    integers: [rows, vectors, rowsPerBlock, blocks],
    workgroups: spreadWorkgroups(Math.ceil((blocks * Math.ceil(vectors / (8 * across))) / 8)),
  };
}

/** Whether there are too few rows for a second dispatch to pay. */
export function fitOneBlock(rows: number): boolean {
  return rows <= 2 * leastRowsOfBlock;
}

/** About the square root of the rows, within bounds: as many rows in a block as blocks to sum. */
function rowsOfBlock(rows: number): number {
  return Math.min(mostRowsOfBlock, Math.max(leastRowsOfBlock, Math.ceil(Math.sqrt(rows))));
}
