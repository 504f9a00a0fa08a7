import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { AttentionShape, AttentionVariant } from './options.ts';

/** Channels of a head in the largest kernel that is compiled. */
export const largestHead = 1024;
/** Beyond it the tiles of two rows leave workgroup memory. */
const largestTiledHead = 256;
/** Larger heads take a minute to compile in registers. */
const largestHeadBySubgroup = 64;

/** Rows of a tile, and rows of the other matrix that are streamed by it. */
interface TileSizes {
  readonly tileRows: number;
  readonly tileKeys: number;
}

/**
 * Tiles at up to 32, 64, 128 and 256 channels, so that a kernel stays within the 16 KiB of
 * workgroup memory that every adapter has.
 */
export type TilesByHeadSize = readonly [TileSizes, TileSizes, TileSizes, TileSizes];

/** Variants with tiles in workgroup memory, and their tiles. */
export type TilesByVariant = Readonly<Record<'padded' | 'tiled', TilesByHeadSize>>;

/** How attention is computed: chosen once for a kernel. */
export interface AttentionPlan {
  readonly variant: AttentionVariant;
  /** Channels that are read at once. */
  readonly chunkWidth: 1 | 4;
  /** Chunks of the largest head that the program takes: each size class is compiled once. */
  readonly maxChunks: number;
  readonly rowsPerWorkgroup: number;
  /** For variants with tiles in workgroup memory. */
  readonly tile: TileSizes;
}

/**
 * The variant asked for, or the device's, for heads of this size.
 *
 * @throws KernelArgumentError where the variant asked for cannot run
 */
export function planAttention(
  gpu: Gpu,
  kernel: string,
  options: Pick<AttentionShape, 'variant' | 'headSize'>,
  tiles: TilesByVariant,
): AttentionPlan {
  const { headSize } = options;
  const variant = chosenVariant(gpu, kernel, options);
  const sizeClass = Math.max(5, Math.ceil(Math.log2(headSize))) - 5;
  const tile = tiles[variant === 'padded' ? variant : 'tiled'][Math.min(sizeClass, 3) as 0 | 1 | 2 | 3];
  const rows = { byRow: 8, bySubgroup: rowsBySubgroup(gpu), padded: tile.tileRows, tiled: tile.tileRows };
  return {
    variant,
    chunkWidth: chunkWidth(headSize),
    maxChunks: (32 << sizeClass) / chunkWidth(headSize),
    rowsPerWorkgroup: rows[variant],
    tile,
  };
}

/** The variant that attention takes: the one asked for, or the device's for heads of this size. */
export function chosenVariant(
  gpu: Gpu,
  kernel: string,
  { variant, headSize }: Pick<AttentionShape, 'variant' | 'headSize'>,
): AttentionVariant {
  const { software, subgroups, subgroupSize } = gpu.profile;
  const subgroupsFit =
    subgroups && subgroupSize === 8 && chunkWidth(headSize) === 4 && headSize <= largestHeadBySubgroup;
  if (variant === 'bySubgroup' && !subgroupsFit) {
    throw new KernelArgumentError(
      `${kernel}: variant bySubgroup needs subgroups of 8, and a headSize that is a multiple of 4 and at most ` +
        `${largestHeadBySubgroup}; here they have ${subgroupSize}, and it is ${headSize}`,
    );
  }
  const tilesFit = headSize <= largestTiledHead;
  if ((variant === 'padded' || variant === 'tiled') && !tilesFit) {
    throw new KernelArgumentError(
      `${kernel}: variant ${variant} takes a headSize of at most ${largestTiledHead}; it is ${headSize}`,
    );
  }
  const preferred = !software && tilesFit ? 'padded' : software && subgroupsFit ? 'bySubgroup' : 'byRow';
  return variant ?? (gpu.disabledVariants.has(`attention ${preferred}`) ? 'byRow' : preferred);
}

/** Channels that are read at once. */
export function chunkWidth(headSize: number): 1 | 4 {
  return headSize % 4 === 0 ? 4 : 1;
}

/**
 * Twice as many rows share what is loaded of the others; Mesa 25 has no registers for more than 16,
 * and takes a minute to compile them.
 */
function rowsBySubgroup({ profile }: Gpu): 16 | 32 {
  return profile.mesaVersion >= 26 ? 32 : 16;
}
