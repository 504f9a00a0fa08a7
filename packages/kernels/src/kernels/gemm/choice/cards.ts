import type { AdapterClass } from './adapterClass.ts';

/** Resources of a multiprocessor that a workgroup of a tile uses. */
export interface TileResources {
  readonly threads: number;
  /**
   * 32-bit registers of a thread, estimated from the values that the generated code keeps at once.
   */
  readonly registers: number;
  readonly workgroupBytes: number;
}

/** How fast a card runs workgroups of a tile. */
export interface TileSpeed {
  /** Part of the card's f32 peak that is approached with many workgroups on each multiprocessor. */
  readonly most: number;
  /**
   * Concurrent workgroups on a multiprocessor that reach half of that; they hide each other's
   * latency.
   */
  readonly half: number;
  /** Workgroups of the tile that fit a multiprocessor at once. */
  readonly atOnce: number;
}

/** What the choice of a tile needs to know about a card. */
export interface Card {
  /** Multiprocessors (AMD: work group processors, Intel: Xe cores, Apple: cores). */
  readonly multiprocessors: number;
  /** f32 peak of one multiprocessor, in GFLOP/s. */
  readonly gflops: number;
  readonly gigabytesPerSecond: number;
  /** Speeds by variant and tile: `portable medium`. */
  readonly tiles: Readonly<Record<string, TileSpeed>>;
}

/**
 * Fitted to measurements of the kernels of 2026-11-26 on an H100, for products of BERT-base at 512
 * and 2048 tokens: 12.5 to 26.6 TFLOP/s, and 16 to 23 on matrix units.
 */
const measuredTiles = {
  'portable medium': { most: 0.395, half: 1.09, atOnce: 4 },
  'portable large': { most: 0.48, half: 0.5, atOnce: 2 },
  'subgroupMatrix small': { most: 0.4, half: 1.5, atOnce: 6 },
  'subgroupMatrix large': { most: 0.33, half: 0.5, atOnce: 2 },
} as const satisfies Card['tiles'];

/**
 * Computed from registers, workgroup memory and reads for each product; not measured on any card.
 */
const computedTiles = {
  'portable small': { most: 0.3, half: 3, atOnce: 16 },
  'outerProduct 64x64': { most: 0.5, half: 1, atOnce: 5 },
  'outerProduct 64x128': { most: 0.58, half: 0.5, atOnce: 4 },
  'outerProduct 128x64': { most: 0.58, half: 0.5, atOnce: 4 },
  'outerProduct 128x128': { most: 0.62, half: 0.25, atOnce: 2 },
  'outerProduct 128x96': { most: 0.64, half: 0.5, atOnce: 3 },
  'outerProduct 96x96sliced2': { most: 0.62, half: 0.4, atOnce: 2 },
  'outerProduct 48x96sliced4': { most: 0.52, half: 0.22, atOnce: 1 },
  'outerProduct 64x64sliced2': { most: 0.5, half: 0.5, atOnce: 3 },
  'outerProduct 48x64sliced4': { most: 0.52, half: 0.33, atOnce: 2 },
  'outerProduct 32x64sliced4': { most: 0.46, half: 0.5, atOnce: 3 },
  'matrixTile 64x64': { most: 1.3, half: 1, atOnce: 5 },
  'matrixTile 64x128': { most: 1.7, half: 0.8, atOnce: 3 },
  'matrixTile 128x64': { most: 1.7, half: 0.8, atOnce: 3 },
  'matrixTile 128x128': { most: 2.2, half: 0.6, atOnce: 2 },
  'matrixTile 128x128by4': { most: 2.2, half: 0.6, atOnce: 2 },
  'matrixTile 128x96': { most: 2, half: 0.7, atOnce: 2 },
  'matrixTile 96x96sliced2': { most: 2.1, half: 0.8, atOnce: 2 },
  'matrixTile 64x96sliced2': { most: 1.7, half: 0.5, atOnce: 2 },
  'matrixTile 48x96sliced4': { most: 1.4, half: 0.25, atOnce: 1 },
  'matrixTile 64x64sliced4': { most: 1.4, half: 0.38, atOnce: 1 },
  'matrixTile 128x128sliced2': { most: 2.2, half: 0.3, atOnce: 1 },
} as const satisfies Card['tiles'];

const nvidiaTiles = { ...measuredTiles, ...computedTiles };

/**
 * Beside column sums these two take more than the 256 registers of a lane, and some spill to
 * memory.
 */
const amdTiles = {
  ...nvidiaTiles,
  'matrixTile 128x128by4': { most: 1.7, half: 0.6, atOnce: 2 },
  'matrixTile 128x128sliced2': { most: 1.7, half: 0.3, atOnce: 1 },
} as const satisfies Card['tiles'];

/** Few registers: with 64 sums in a thread some spill to memory. */
const intelTiles = {
  ...nvidiaTiles,
  'portable large': { most: 0.2, half: 0.5, atOnce: 2 },
  'outerProduct 64x64': { most: 0.4, half: 1, atOnce: 4 },
  'outerProduct 64x128': { most: 0.22, half: 0.5, atOnce: 2 },
  'outerProduct 128x64': { most: 0.22, half: 0.5, atOnce: 2 },
  'outerProduct 128x128': { most: 0.2, half: 0.25, atOnce: 1 },
  'outerProduct 128x96': { most: 0.2, half: 0.5, atOnce: 2 },
  'outerProduct 96x96sliced2': { most: 0.2, half: 0.4, atOnce: 1 },
  'outerProduct 48x96sliced4': { most: 0.25, half: 0.33, atOnce: 1 },
  'outerProduct 64x64sliced2': { most: 0.4, half: 0.5, atOnce: 2 },
  'outerProduct 48x64sliced4': { most: 0.25, half: 0.33, atOnce: 1 },
  'outerProduct 32x64sliced4': { most: 0.37, half: 0.5, atOnce: 2 },
} as const satisfies Card['tiles'];

const hopper: readonly Card[] = [{ multiprocessors: 132, gflops: 508, gigabytesPerSecond: 3000, tiles: nvidiaTiles }];
const nvidia: readonly Card[] = [
  { multiprocessors: 28, gflops: 455, gigabytesPerSecond: 330, tiles: nvidiaTiles },
  { multiprocessors: 84, gflops: 440, gigabytesPerSecond: 850, tiles: nvidiaTiles },
  { multiprocessors: 108, gflops: 180, gigabytesPerSecond: 1800, tiles: nvidiaTiles },
  { multiprocessors: 128, gflops: 645, gigabytesPerSecond: 1000, tiles: nvidiaTiles },
  { multiprocessors: 188, gflops: 640, gigabytesPerSecond: 1800, tiles: nvidiaTiles },
];
const amd: readonly Card[] = [
  { multiprocessors: 6, gflops: 700, gigabytesPerSecond: 80, tiles: amdTiles },
  { multiprocessors: 20, gflops: 600, gigabytesPerSecond: 350, tiles: amdTiles },
  { multiprocessors: 48, gflops: 640, gigabytesPerSecond: 850, tiles: amdTiles },
  { multiprocessors: 208, gflops: 230, gigabytesPerSecond: 3200, tiles: amdTiles },
];
const intel: readonly Card[] = [
  { multiprocessors: 8, gflops: 560, gigabytesPerSecond: 80, tiles: intelTiles },
  { multiprocessors: 20, gflops: 680, gigabytesPerSecond: 400, tiles: intelTiles },
  { multiprocessors: 32, gflops: 610, gigabytesPerSecond: 450, tiles: intelTiles },
];
const apple: readonly Card[] = [
  { multiprocessors: 8, gflops: 325, gigabytesPerSecond: 60, tiles: nvidiaTiles },
  { multiprocessors: 20, gflops: 350, gigabytesPerSecond: 250, tiles: nvidiaTiles },
  { multiprocessors: 40, gflops: 400, gigabytesPerSecond: 400, tiles: nvidiaTiles },
];

/**
 * The cards that a class stands for. A tile is chosen to suit all of them, as WebGPU does not say
 * which one is present. Software adapters do not choose by cards.
 */
export const cardsOf: Readonly<Record<Exclude<AdapterClass, 'software'>, readonly Card[]>> = {
  hopper,
  nvidia,
  amd,
  intel,
  apple,
  unknown: [...hopper, ...nvidia, ...amd, ...intel, ...apple],
};
