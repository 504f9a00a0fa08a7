import type { Gpu } from '../../gpu.ts';
import { fragmentTypes, loadMatrix, storeMatrix } from './matrixFragments.ts';
import type { DeviceProfile, SubgroupMatrixConfig } from '../../device/profile.ts';

/**
 * The fragment shape to use: f16 operands with f32 sums; null where the device has none, or
 * subgroups of no fixed size.
 */
export function matrixConfigOf({ subgroupMatrix, subgroupSize, f16 }: DeviceProfile): SubgroupMatrixConfig | null {
  if (!f16 || subgroupSize === 0) return null;
  return (
    subgroupMatrix.find(
      ({ componentType, resultComponentType }) => componentType === 'f16' && resultComponentType === 'f32',
    ) ?? null
  );
}

/**
 * The fragment shape where its smallest tile fits this device's limits, else null: four subgroups
 * make a workgroup, which has more threads than WebGPU promises where subgroups are large.
 */
export function runnableMatrixConfig({ profile, info: { limits } }: Gpu): SubgroupMatrixConfig | null {
  const config = profile.subgroups ? matrixConfigOf(profile) : null;
  const threads = 4 * profile.subgroupSize;
  const fits =
    config !== null &&
    threads <= Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX) &&
    workgroupBytes(config, 2) <= limits.maxComputeWorkgroupStorageSize;
  return fits ? config : null;
}

/** Bytes of workgroup memory that `subgroupMatrix.wgsl` takes at most, whatever the layouts. */
export function workgroupBytes({ m, n }: SubgroupMatrixConfig, across: 2 | 4): number {
  const [inner, padding] = [32, 8];
  const tile = (side: number) => 2 * Math.max(side * (inner + padding), inner * (side + padding));
  return tile(2 * across * m) + tile(2 * across * n) + 4 * 4 * m * n;
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
  /** Loads and stores say the majorness by a type, or by a flag. */
  readonly majorness: boolean;
};

/** The constants, types and functions that `subgroupMatrix.wgsl` needs. */
export function subgroupMatrixText(text: SubgroupMatrixText): string {
  const { m, n, k, across, lanes, aAlongK, bAlongK } = text;
  const leftPlace = aAlongK ? 'row * strideA + inner' : 'inner * strideA + row';
  const rightPlace = bAlongK ? 'column * strideB + inner' : 'inner * strideB + column';
  const left = loadMatrix(text, 'Left', 'tileA', leftPlace, 'strideA', !aAlongK);
  const right = loadMatrix(text, 'Right', 'tileB', rightPlace, 'strideB', bAlongK);
  const store = storeMatrix(text, 'finished', 'place', 'result', 'fragmentColumns');
  return [
    `const fragmentRows = ${m}u;\nconst fragmentColumns = ${n}u;\nconst fragmentInner = ${k}u;`,
    `const across = ${across}u;\nconst lanes = ${lanes}u;`,
    fragmentTypes(text),
    `fn loadLeft(row: u32, inner: u32) -> Left { return ${left}; }`,
    `fn loadRight(inner: u32, column: u32) -> Right { return ${right}; }`,
    `fn storeResult(place: u32, result: Sums) { ${store}; }`,
  ].join('\n');
}
