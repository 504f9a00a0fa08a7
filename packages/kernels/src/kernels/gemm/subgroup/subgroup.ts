import type { Gpu } from '../../../gpu.ts';
import type { WgslFile } from '../../../wgsl/wgslFile.ts';
import type { GemmKit } from '../loading/gemmKit.ts';
import type { LoadedVariant } from '../loading/loadedVariants.ts';
import type { GemmOptions, GemmTileSize } from '../options.ts';
import type { GemmTile } from '../product/gemmTile.ts';
import { packOperand } from './packing.ts';
import { wgsl as packingSource } from './packing.wgsl.ts';
import { subgroupProducts } from './products.ts';
import { wgsl } from './subgroup.wgsl.ts';

/** Tiles in the registers of a subgroup, for software adapters. */
export function subgroup(kit: GemmKit): LoadedVariant {
  const source = kit.complete(wgsl);
  const made = new Map<number, GemmTile>();
  return {
    sizes: ['small', 'medium', 'large'],
    tileOf({ profile }, size, m) {
      const lanes = profile.subgroups ? profile.subgroupSize : 0;
      if (lanes === 0)
        throw new kit.KernelArgumentError(
          'gemm: the subgroup variant needs subgroups of one known size, which this device lacks',
        );
      const rows = subgroupRows(m, size);
      const vec4sPerLane = size === 'large' ? 2 : 1;
      const key = 1000 * lanes + 10 * rows + vec4sPerLane;
      let tile = made.get(key);
      if (!tile) made.set(key, (tile = subgroupTile(kit, source, { rows, vec4sPerLane, lanes })));
      return tile;
    },
    fits: ({ profile }) => profile.subgroups && profile.subgroupSize > 0,
    // Mesa 26 loads by gathers, which leave registers for twice as many sums.
    sizeFor: ({ profile }, { m, n }) =>
      profile.mesaVersion >= 26 && m > 8 && n > 4 * profile.subgroupSize ? 'large' : 'medium',
    sources: [
      subgroupProducts({ rows: 32, vec4sPerLane: 2, lanes: 8, aAlongK: true, bAlongK: true }),
      source,
      packingSource,
    ],
  };
}

interface SubgroupTile {
  readonly rows: number;
  readonly vec4sPerLane: number;
  readonly lanes: number;
}

function subgroupTile(kit: GemmKit, source: WgslFile, { rows, vec4sPerLane, lanes }: SubgroupTile): GemmTile {
  return {
    rows,
    columns: 4 * vec4sPerLane * lanes,
    readsVectors: true,
    packing: { pays, pack: (...operand) => packOperand(kit, ...operand) },
    source,
    defines: ({ aAlongK, bAlongK, aPacked, bPacked }) => ({
      products: kit.generatedWgsl({ rows, vec4sPerLane, lanes, aAlongK, bAlongK }, subgroupProducts),
      aPacked,
      bPacked,
    }),
  };
}

/**
 * Whether packing B pays. Mesa 26 loads by gathers that wait for the cache, and without a panel the
 * columns of a tile lie a row apart; on Mesa 25 a load costs the same anywhere. Enough tiles must
 * share the copy. Columns stored one after the other (NT) gain most, as each vector that a lane
 * reads lies in another row.
 */
function pays({ profile }: Gpu, { m, n, k, layout }: Pick<GemmOptions, 'm' | 'n' | 'k' | 'layout'>): boolean {
  return profile.mesaVersion >= 26 && m >= 512 && n >= 128 && (layout === 'NT' || (k >= 768 && m * k >= 2048 * 768));
}

/** Rows of a subgroup's tile: 32, unless many of them would lie beyond the edge. */
function subgroupRows(m: number, size: GemmTileSize): number {
  if (m <= 4) return 4;
  if (m <= 8) return 8;
  const padded = (rows: number) => Math.ceil(m / rows) * rows;
  return size === 'small' || padded(32) - padded(16) > m / 8 ? 16 : 32;
}
