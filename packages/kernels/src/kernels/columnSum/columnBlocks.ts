import type { DeviceProfile } from '../../device/profile.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { threadsAbreast } from '../../wgsl/rowIndexing.ts';

/** How kernels that sum columns over blocks of rows assign them to threads. */
export interface ColumnBlocks {
  readonly blocks: number;
  /**
   * Defines of `kernels/columnSum/columnBlocks`: threads that share a row, and vectors of columns
   * that each takes.
   */
  readonly defines: { readonly abreast: number; readonly across: number };
  /** The kernel's first parameters: rows, vectors, rowsPerBlock, blocks. */
  readonly integers: readonly [rows: number, vectors: number, rowsPerBlock: number, blocks: number];
  readonly workgroups: readonly [number, number, number];
}

const threads = 64;
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
  const abreast = threadsAbreast(vectors);
  const across = software ? acrossOf(vectors, abreast) : 1;
  return {
    blocks,
    defines: { abreast, across },
    integers: [rows, vectors, rowsPerBlock, blocks],
    workgroups: spreadWorkgroups(Math.ceil((blocks * Math.ceil(vectors / (abreast * across)) * abreast) / threads)),
  };
}

/** Vectors that a thread takes of a row on processors: up to four, where there are as many. */
function acrossOf(vectors: number, abreast: number): number {
  return [1, 2].find((across) => vectors <= across * abreast) ?? 4;
}

/** Whether there are too few rows for a second dispatch to pay. */
export function fitOneBlock(rows: number): boolean {
  return rows <= 2 * leastRowsOfBlock;
}

/** About the square root of the rows, within bounds: as many rows in a block as blocks to sum. */
function rowsOfBlock(rows: number): number {
  return Math.min(mostRowsOfBlock, Math.max(leastRowsOfBlock, Math.ceil(Math.sqrt(rows))));
}
