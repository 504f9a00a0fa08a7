import type { Gpu } from '../../../gpu.ts';
import type { TileResources } from '../choice/cards.ts';
import { lineStride, turnsOf, vectorsOf } from './operands.ts';

/** What a workgroup of `outerProduct.wgsl` computes, and with how many threads. */
export interface OuterProductTile {
  /** Warps of 32 threads along the rows and the columns. */
  readonly warpRows: number;
  readonly warpColumns: number;
  /** Blocks of 4 x 4 results of a thread along the rows and the columns. */
  readonly rowBlocks: number;
  readonly columnBlocks: number;
  /** Inner steps that are in workgroup memory at once. */
  readonly inner: number;
  /**
   * Groups of threads, 2 or 4, that compute the same results, each over its part of the inner
   * steps. Default 1.
   */
  readonly slices?: number;
}

/**
 * Each thread has 8 x 8, 8 x 4, 12 x 4 or 8 x 12 results. Inner steps are few enough that all tiles
 * but one fit the 16 KiB and 256 threads that WebGPU guarantees, and two workgroups of 256 threads
 * fit the registers of a multiprocessor. Sliced tiles are for few results: they keep as many
 * threads busy as splitting the sum, without partial sums in memory and a second dispatch. 512 x
 * 768 results are 132 tiles of 48 x 64, one for each multiprocessor of an H100. 96 columns are for
 * gradients of weights, whose sizes are the model's: 768 x 768 are 128 tiles of 48 x 96, 3072 x 768
 * are 256 of 96 x 96, two for each, as are 4096 x 768 of 128 x 96.
 */
export const outerProductTiles = {
  '128x128': { warpRows: 4, warpColumns: 2, rowBlocks: 2, columnBlocks: 2, inner: 8 },
  '128x64': { warpRows: 4, warpColumns: 1, rowBlocks: 2, columnBlocks: 2, inner: 8 },
  '64x128': { warpRows: 2, warpColumns: 2, rowBlocks: 2, columnBlocks: 2, inner: 8 },
  '64x64': { warpRows: 2, warpColumns: 2, rowBlocks: 2, columnBlocks: 1, inner: 16 },
  '64x64sliced2': { warpRows: 2, warpColumns: 2, rowBlocks: 2, columnBlocks: 1, inner: 16, slices: 2 },
  '128x96': { warpRows: 4, warpColumns: 1, rowBlocks: 2, columnBlocks: 3, inner: 8 },
  '96x96sliced2': { warpRows: 3, warpColumns: 1, rowBlocks: 2, columnBlocks: 3, inner: 16, slices: 2 },
  '48x96sliced4': { warpRows: 1, warpColumns: 3, rowBlocks: 3, columnBlocks: 1, inner: 16, slices: 4 },
  '48x64sliced4': { warpRows: 1, warpColumns: 2, rowBlocks: 3, columnBlocks: 1, inner: 16, slices: 4 },
  '32x64sliced4': { warpRows: 1, warpColumns: 2, rowBlocks: 2, columnBlocks: 1, inner: 16, slices: 4 },
} as const satisfies Record<string, OuterProductTile>;

/** Threads of a warp along the rows and the columns. */
export const [laneRows, laneColumns] = [4, 8];

/** Rows, columns and threads of a tile. */
export function outerProductSizes(tile: OuterProductTile) {
  const { warpRows, warpColumns, rowBlocks, columnBlocks, slices = 1 } = tile;
  return {
    rows: 4 * warpRows * laneRows * rowBlocks,
    columns: 4 * warpColumns * laneColumns * columnBlocks,
    threads: 32 * warpRows * warpColumns * slices,
  };
}

/**
 * Counts the registers of a thread and the workgroup memory, for the layouts that take the most.
 */
export function outerProductResources(tile: OuterProductTile): TileResources {
  const { rowBlocks, columnBlocks } = tile;
  const { rows, columns, threads } = outerProductSizes(tile);
  const bringing = { inner: tile.inner, threads };
  const turns = turnsOf(bringing, rows) + turnsOf(bringing, columns);
  const sums = 16 * rowBlocks * columnBlocks;
  const operands = 4 * (rowBlocks + columnBlocks);
  // Prefetched values, and the source and target address of each.
  const prefetched = (4 + 2) * turns;
  const [task, parameters, columnsOfA] = [8, 6, 4];
  return {
    threads,
    registers: sums + operands + prefetched + task + parameters + columnsOfA,
    workgroupBytes: 16 * memoryVectors(tile, lineStride(rows, true) + lineStride(columns, true)),
  };
}

/** Whether a device with these limits can run a workgroup of this tile. */
export function outerProductFits({ threads, workgroupBytes }: TileResources, limits: Gpu['info']['limits']): boolean {
  return (
    threads <= Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX) &&
    workgroupBytes <= limits.maxComputeWorkgroupStorageSize
  );
}

/**
 * Vectors of four in workgroup memory: both operands; slices reuse it for their sums at the end.
 */
export function memoryVectors(tile: OuterProductTile, lines: number): number {
  const { slices = 1 } = tile;
  return Math.max(vectorsOf(tile.inner, lines), slices > 1 ? 4 * outerProductSizes(tile).threads : 0);
}
