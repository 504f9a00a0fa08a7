import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { registerVariants } from '../../device/variantLoaders.ts';
import { addedVariants } from './loading/addedVariants.ts';
import type { WrittenVariant } from './loading/loadedVariants.ts';
import { loadAttentionVariants } from './loading/loadVariants.ts';
import { replaceableVariants } from './options.ts';
import type { AttentionShape, AttentionVariant } from './options.ts';

registerVariants(loadAttentionVariants);

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

/** How such a kernel goes over a matrix. */
interface AttentionPlan {
  /** Channels that are read at once. */
  readonly chunkWidth: 1 | 4;
  /** Chunks of the largest head that the program takes: each size class is compiled once. */
  readonly maxChunks: number;
  readonly rowsPerWorkgroup: number;
  /** For variants with tiles in workgroup memory. */
  readonly tile: TileSizes;
}

export function planAttention(
  gpu: Gpu,
  variant: WrittenVariant,
  headSize: number,
  tiles: TilesByVariant,
): AttentionPlan {
  const sizeClass = Math.max(5, Math.ceil(Math.log2(headSize))) - 5;
  const tile = tiles[variant === 'padded' ? variant : 'tiled'][Math.min(sizeClass, 3) as 0 | 1 | 2 | 3];
  const rows = { byRow: 8, bySubgroup: rowsBySubgroup(gpu), padded: tile.tileRows, tiled: tile.tileRows };
  return {
    chunkWidth: chunkWidth(headSize),
    maxChunks: (32 << sizeClass) / chunkWidth(headSize),
    rowsPerWorkgroup: rows[variant],
    tile,
  };
}

/**
 * The variant that attention takes: the one asked for, or the device's for heads of this size, the
 * first that `gpu.disabledVariants` does not name.
 *
 * @throws KernelArgumentError where the variant asked for cannot run
 */
export function chosenVariant(
  gpu: Gpu,
  kernel: string,
  { variant, headSize }: Pick<AttentionShape, 'variant' | 'headSize'>,
): AttentionVariant {
  if (variant) {
    const missing = whatIsMissing(gpu, variant, headSize);
    if (missing) throw new KernelArgumentError(`${kernel}: variant ${variant} ${missing}`);
    return variant;
  }
  const preferred: readonly AttentionVariant[] = gpu.profile.software ? ['bySubgroup'] : ['flash', 'padded', 'tiled'];
  return (
    preferred.find((name) => !gpu.disabledVariants.has(`attention ${name}`) && !whatIsMissing(gpu, name, headSize)) ??
    'byRow'
  );
}

/** What a variant needs and this device or a head of this size does not have. */
function whatIsMissing(gpu: Gpu, variant: AttentionVariant, headSize: number): string | undefined {
  const inFours = chunkWidth(headSize) === 4;
  switch (variant) {
    case 'byRow':
      return undefined;
    case 'bySubgroup': {
      const { subgroups, subgroupSize } = gpu.profile;
      if (subgroups && subgroupSize === 8 && inFours && headSize <= largestHeadBySubgroup) return undefined;
      return (
        `needs subgroups of 8, and a headSize that is a multiple of 4 and at most ${largestHeadBySubgroup}; ` +
        `here they have ${subgroupSize}, and it is ${headSize}`
      );
    }
    case 'flash':
      if (inFours && headSize <= largestTiledHead) return undefined;
      return `takes a headSize that is a multiple of 4 and at most ${largestTiledHead}; it is ${headSize}`;
    case 'flashMatrix': {
      const added = addedVariants.get(variant);
      return added
        ? added.whatIsMissing(gpu, headSize)
        : 'is not carried by itself: call addAttentionCandidates() first';
    }
    case 'padded':
    case 'tiled':
      return headSize <= largestTiledHead
        ? undefined
        : `takes a headSize of at most ${largestTiledHead}; it is ${headSize}`;
    default:
      return `is none of byRow, flashMatrix, ${replaceableVariants.join(', ')}`;
  }
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
