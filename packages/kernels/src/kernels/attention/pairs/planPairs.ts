import type { Gpu } from '../../../gpu.ts';
import type { WrittenKernels, WrittenVariant } from '../loading/loadedVariants.ts';

/** Rows of a tile, and rows of the other matrix that are streamed past it. */
interface TileSizes {
  readonly tileRows: number;
  readonly tileKeys: number;
}

/**
 * Tiles at up to 32, 64, 128 and 256 channels, so that a kernel stays within the 16 KiB of
 * workgroup memory that every adapter has.
 */
type TilesByHeadSize = readonly [TileSizes, TileSizes, TileSizes, TileSizes];

const ofForward: TilesByHeadSize = [
  { tileRows: 16, tileKeys: 32 },
  { tileRows: 16, tileKeys: 32 },
  { tileRows: 8, tileKeys: 16 },
  { tileRows: 8, tileKeys: 4 },
];
const ofGradients: TilesByHeadSize = [
  { tileRows: 16, tileKeys: 16 },
  { tileRows: 16, tileKeys: 8 },
  { tileRows: 8, tileKeys: 4 },
  { tileRows: 4, tileKeys: 2 },
];
/** A row of the tile holds at least the four keys that share a draw of dropout. */
const ofPaddedQueries: TilesByHeadSize = [ofGradients[0], ofGradients[1], ofGradients[2], { tileRows: 2, tileKeys: 4 }];

/** How a hand-written kernel goes over a matrix. */
interface PairPlan {
  /** Channels that are read at once. */
  readonly chunkWidth: 1 | 4;
  /** Chunks of the largest head that the program takes; each size class is compiled once. */
  readonly maxChunks: number;
  readonly rowsPerWorkgroup: number;
  /** For variants with tiles in workgroup memory. */
  readonly tile: TileSizes;
}

/** The plan for a pass of a hand-written variant, for heads of this size. */
export function planPairs(gpu: Gpu, variant: WrittenVariant, pass: keyof WrittenKernels, headSize: number): PairPlan {
  const sizeClass = Math.max(5, Math.ceil(Math.log2(headSize))) - 5;
  const tiles =
    pass === 'forward' ? ofForward : pass === 'gradQuery' && variant === 'padded' ? ofPaddedQueries : ofGradients;
  const tile = tiles[Math.min(sizeClass, 3) as 0 | 1 | 2 | 3];
  const rows = { byRow: 8, bySubgroup: rowsBySubgroup(gpu), padded: tile.tileRows, tiled: tile.tileRows };
  return {
    chunkWidth: chunkWidth(headSize),
    maxChunks: (32 << sizeClass) / chunkWidth(headSize),
    rowsPerWorkgroup: rows[variant],
    tile,
  };
}

/** Channels that are read at once. */
export function chunkWidth(headSize: number): 1 | 4 {
  return headSize % 4 === 0 ? 4 : 1;
}

/**
 * With 32 rows, twice as many share each load of the other matrix; Mesa 25 has registers for only
 * 16, and takes a minute to compile more.
 */
function rowsBySubgroup({ profile }: Gpu): 16 | 32 {
  return profile.mesaVersion >= 26 ? 32 : 16;
}
