import type { DeviceProfile, SubgroupMatrixConfig } from '../../../device/profile.ts';
import type { Gpu } from '../../../gpu.ts';
import { matrixTileLayout } from './layout.ts';
import type { MatrixTileText } from './layout.ts';
import type { TileResources } from '../choice/cards.ts';
import { matrixConfigOf, matrixLanes } from '../subgroupMatrix/config.ts';

/** The shape of a tile, in blocks of results. */
interface MatrixTileBlocks {
  /** Subgroups of each slice. */
  readonly subgroupRows: number;
  readonly subgroupColumns: number;
  /** Blocks of a subgroup. */
  readonly rowBlocks: number;
  readonly columnBlocks: number;
  /**
   * Groups of subgroups that compute the same results, each over its part of the inner steps.
   * Default 1.
   */
  readonly slices?: number;
  /** Inner steps that are in workgroup memory at once. Default 32. */
  readonly inner?: number;
}

/**
 * Subgroups of a workgroup, and blocks of results of a subgroup. A block is one 16 x 16 fragment in
 * a subgroup of 32 lanes, or as many fragments of another shape as give each lane eight sums; the
 * names are the sizes for 16 x 16 fragments. Sliced tiles are for few results with long sums: they
 * keep as many threads busy as splitting the sum, without partial sums in memory and a second
 * dispatch.
 */
export const matrixTiles = {
  /** 128 threads. */
  '64x64': { subgroupRows: 2, subgroupColumns: 2, rowBlocks: 2, columnBlocks: 2 },
  /** 128 threads. */
  '128x64': { subgroupRows: 2, subgroupColumns: 2, rowBlocks: 4, columnBlocks: 2 },
  /** 128 threads. */
  '64x128': { subgroupRows: 2, subgroupColumns: 2, rowBlocks: 2, columnBlocks: 4 },
  /** 128 threads, with as many sums each as registers hold. */
  '128x128by4': { subgroupRows: 2, subgroupColumns: 2, rowBlocks: 4, columnBlocks: 4 },
  /** 256 threads. */
  '128x128': { subgroupRows: 2, subgroupColumns: 4, rowBlocks: 4, columnBlocks: 2 },
  /** 192 threads: 4096 x 768 results are two for each multiprocessor of an H100. */
  '128x96': { subgroupRows: 2, subgroupColumns: 3, rowBlocks: 4, columnBlocks: 2, inner: 48 },
  /** 192 threads: 3072 x 768 results, the gradient of a wide layer's weights, are two for each. */
  '96x96sliced2': { subgroupRows: 1, subgroupColumns: 3, rowBlocks: 6, columnBlocks: 2, slices: 2 },
  /** 192 threads: 1024 x 768 results are one for each. */
  '64x96sliced2': { subgroupRows: 1, subgroupColumns: 3, rowBlocks: 4, columnBlocks: 2, slices: 2, inner: 96 },
  /** 384 threads: 768 x 768 results are one for each. */
  '48x96sliced4': { subgroupRows: 1, subgroupColumns: 3, rowBlocks: 3, columnBlocks: 2, slices: 4, inner: 128 },
  /**
   * 256 threads, with enough inner steps at once that one workgroup keeps a multiprocessor busy.
   */
  '64x64sliced4': { subgroupRows: 1, subgroupColumns: 2, rowBlocks: 4, columnBlocks: 2, slices: 4, inner: 128 },
  /** 256 threads. */
  '128x128sliced2': { subgroupRows: 2, subgroupColumns: 2, rowBlocks: 4, columnBlocks: 4, slices: 2, inner: 64 },
} as const satisfies Record<string, MatrixTileBlocks>;

/** Rows and columns of a tile. */
export type MatrixTileSize = keyof typeof matrixTiles;

/** A tile in the fragments of a device. */
export type MatrixTile = Pick<
  MatrixTileText,
  | 'm'
  | 'n'
  | 'k'
  | 'lanes'
  | 'subgroupRows'
  | 'subgroupColumns'
  | 'slices'
  | 'rowFragments'
  | 'columnFragments'
  | 'inner'
  | 'words'
>;

const sumsPerBlock = 8;

/** The tile of this name in fragments of this shape, whether or not it fits a device. */
export function matrixTileNamed(
  name: MatrixTileSize,
  { m, n, k }: Pick<SubgroupMatrixConfig, 'm' | 'n' | 'k'>,
  lanes: number,
  words: boolean,
): MatrixTile {
  const blocks: MatrixTileBlocks = matrixTiles[name];
  const { subgroupRows, subgroupColumns, rowBlocks, columnBlocks, slices = 1, inner = 32 } = blocks;
  let [blockRows, blockColumns] = [m, n];
  while (blockRows * blockColumns < sumsPerBlock * lanes) {
    if (blockRows <= blockColumns) blockRows *= 2;
    else blockColumns *= 2;
  }
  return {
    m,
    n,
    k,
    lanes,
    subgroupRows,
    subgroupColumns,
    slices,
    inner,
    words,
    rowFragments: (rowBlocks * blockRows) / m,
    columnFragments: (columnBlocks * blockColumns) / n,
  };
}

/**
 * Resources of a tile. Registers count sums, prefetched values, fragments of one step, and
 * addresses; workgroup memory is the most that any layout takes.
 */
export interface MatrixTileCosts extends TileResources {
  readonly rows: number;
  readonly columns: number;
}

/** Counts the resources of a tile, from the layout that its program is written with. */
export function matrixTileCosts(tile: MatrixTile): MatrixTileCosts {
  const { m, n, k, lanes, rowFragments, columnFragments, words } = tile;
  const layouts = [true, false].flatMap((aAlongK) =>
    [true, false].map((bAlongK) => matrixTileLayout({ ...tile, aAlongK, bAlongK, aEights: true, bEights: true })),
  );
  const [{ rows, columns, threads, a, b }] = layouts as [(typeof layouts)[number]];
  const bytes = ({ halves, finished }: (typeof layouts)[number]) =>
    words ? Math.max(2 * halves, 4 * finished) : 2 * halves + 4 * finished;
  const sums = (rowFragments * columnFragments * m * n) / lanes;
  const turns = a.turns + b.turns;
  // All left fragments of a step and one right one, two halves in a register.
  const fragments = Math.ceil((rowFragments * m * k + n * k) / lanes / 2);
  const [ahead, places, columnsOfA] = [4 * turns, turns + 16, 8];
  return {
    rows,
    columns,
    threads,
    workgroupBytes: Math.max(...layouts.map(bytes)),
    registers: sums + ahead + fragments + places + columnsOfA,
  };
}

/**
 * The tile of this name on this device, or the smallest one where that does not fit; null where the
 * device has no f16 matrix units with f32 sums, or no tile fits.
 */
export function matrixTileOf({ profile, info: { limits } }: Gpu, name: MatrixTileSize): MatrixTile | null {
  let known = found.get(profile);
  if (known?.limits !== limits) found.set(profile, (known = { limits, tiles: new Map() }));
  let tile = known.tiles.get(name);
  if (tile === undefined) known.tiles.set(name, (tile = findTile(profile, limits, name)));
  return tile;
}

type Limits = Gpu['info']['limits'];

/** Cached, as every product asks. */
const found = new WeakMap<DeviceProfile, { limits: Limits; tiles: Map<MatrixTileSize, MatrixTile | null> }>();

function findTile(profile: DeviceProfile, limits: Limits, name: MatrixTileSize): MatrixTile | null {
  const config = profile.subgroups ? matrixConfigOf(profile) : null;
  if (!config) return null;
  const words = profile.subgroupMatrixTiles === 'words';
  const tried = [name, '64x64'] as const;
  const candidates = tried.map((size) => matrixTileNamed(size, config, matrixLanes(profile), words));
  return candidates.find((tile) => matrixTileFits(tile, limits)) ?? null;
}

/** Whether a device with these limits can run a workgroup of this tile. */
export function matrixTileFits(tile: MatrixTile, limits: Limits): boolean {
  const { threads, workgroupBytes } = matrixTileCosts(tile);
  return (
    threads <= Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX) &&
    workgroupBytes <= limits.maxComputeWorkgroupStorageSize &&
    dividesEvenly(tile)
  );
}

/** Whether threads share the work of a tile evenly, as its program has it. */
function dividesEvenly(tile: MatrixTile): boolean {
  const { m, inner, k, subgroupRows, slices } = tile;
  return [true, false].every((alongK) => {
    const layout = matrixTileLayout({ ...tile, aAlongK: alongK, bAlongK: alongK, aEights: true, bEights: true });
    const { a, b, columns, threads } = layout;
    const shares = [
      a.turns,
      b.turns,
      a.linesApart,
      b.linesApart,
      (subgroupRows * m * columns) / 4 / threads,
      inner / k / slices,
    ];
    return shares.every(Number.isInteger);
  });
}
