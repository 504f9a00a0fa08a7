import type { Gpu } from '../../../gpu.ts';
import type { WgslFile } from '../../../wgsl/wgslFile.ts';
import type { GemmKit } from '../loading/gemmKit.ts';
import type { LoadedVariant } from '../loading/loadedVariants.ts';
import type { GemmTileSize } from '../options.ts';
import type { GemmTile } from '../product/gemmTile.ts';
import { matrixLanes, matrixUnitsNeeded, runnableMatrixConfig, workgroupBytes } from './config.ts';
import { fragmentTypes, loadMatrix, storeMatrix } from './fragments.ts';
import { wgsl } from './subgroupMatrix.wgsl.ts';

/** Fragments of four subgroups, for matrix units. */
export function subgroupMatrix(kit: GemmKit): LoadedVariant {
  const source = kit.complete(wgsl);
  return {
    sizes: ['small', 'medium', 'large'],
    tileOf: (gpu, size) => subgroupMatrixTile(kit, source, gpu, size),
    fits: (gpu, half) => half && runnableMatrixConfig(gpu) !== null,
    sizeFor(gpu, { m, n }) {
      const config = runnableMatrixConfig(gpu);
      const tiles = config && Math.ceil(m / (8 * config.m)) * Math.ceil(n / (8 * config.n));
      return tiles && tiles >= kit.busyTiles.hardware ? 'large' : 'small';
    },
    sources: [source],
  };
}

function subgroupMatrixTile(kit: GemmKit, source: WgslFile, gpu: Gpu, size: GemmTileSize): GemmTile {
  const { profile, info } = gpu;
  const config = runnableMatrixConfig(gpu);
  if (!config) throw new kit.KernelArgumentError(`gemm: the subgroupMatrix variant ${matrixUnitsNeeded}`);
  const { m, n, k } = config;
  const across = size !== 'small' && workgroupBytes(config, 4) <= info.limits.maxComputeWorkgroupStorageSize ? 4 : 2;
  const lanes = matrixLanes(profile);
  const sizes = { m, n, k, across, lanes };
  const majorness = profile.subgroupMatrixSpelling === 'majorness';
  return {
    rows: 2 * across * m,
    columns: 2 * across * n,
    readsVectors: true,
    // A thread must read the same columns of A in every turn, and its sums must fit the memory of
    // finished fragments.
    sumsColumns: (4 * lanes) % ((2 * across * m) / 4) === 0 && 4 * lanes <= m * n,
    source,
    defines: ({ aAlongK, bAlongK }) => ({
      asksLanes: profile.subgroupSize === 0,
      fragments: kit.generatedWgsl({ ...sizes, aAlongK, bAlongK, majorness }, subgroupMatrixText),
    }),
  };
}

/** Sizes of a tile of `subgroupMatrix.wgsl`, and what its fragments are called on the device. */
type SubgroupMatrixText = {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly across: number;
  readonly lanes: number;
  readonly aAlongK: boolean;
  readonly bAlongK: boolean;
  /** Whether loads and stores name the majorness by a type; otherwise by a flag. */
  readonly majorness: boolean;
};

/** The constants, types and functions that `subgroupMatrix.wgsl` needs. */
function subgroupMatrixText(text: SubgroupMatrixText): string {
  const { m, n, k, across, lanes, aAlongK, bAlongK } = text;
  const leftPlace = aAlongK ? 'row * strideA + inner' : 'inner * strideA + row';
  const rightPlace = bAlongK ? 'column * strideB + inner' : 'inner * strideB + column';
  const left = loadMatrix(text, {
    type: 'Left',
    array: 'tileA',
    place: leftPlace,
    stride: 'strideA',
    columnMajor: !aAlongK,
  });
  const right = loadMatrix(text, {
    type: 'Right',
    array: 'tileB',
    place: rightPlace,
    stride: 'strideB',
    columnMajor: bAlongK,
  });
  const store = storeMatrix(text, 'result', { array: 'finished', place: 'place', stride: 'fragmentColumns' });
  return [
    `const fragmentRows = ${m}u;\nconst fragmentColumns = ${n}u;\nconst fragmentInner = ${k}u;`,
    `const across = ${across}u;\nconst lanes = ${lanes}u;`,
    fragmentTypes(text),
    `fn loadLeft(row: u32, inner: u32) -> Left { return ${left}; }`,
    `fn loadRight(inner: u32, column: u32) -> Right { return ${right}; }`,
    `fn storeResult(place: u32, result: Sums) { ${store}; }`,
  ].join('\n');
}
