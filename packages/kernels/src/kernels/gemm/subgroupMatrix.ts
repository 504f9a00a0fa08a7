import type { DeviceProfile, SubgroupMatrixConfig } from '../../device/profile.ts';
import { wgsl } from './subgroupMatrix.wgsl.ts';

export interface SubgroupMatrixTile {
  readonly config: SubgroupMatrixConfig;
  /** Fragments along each side of what a subgroup computes. */
  readonly across: 2 | 4;
  readonly lanes: number;
  readonly spelling: DeviceProfile['subgroupMatrixSpelling'];
}

/**
 * Places that depend on the subgroup's number are the same for all of its lanes, which the analysis
 * of WGSL cannot see.
 */
export const subgroupMatrixEnables =
  'enable f16;\nenable subgroups;\nenable chromium_experimental_subgroup_matrix;\ndiagnostic(off, chromium.subgroup_matrix_uniformity);';

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

/** Bytes of workgroup memory that `subgroupMatrix.wgsl` takes at most, whatever the layouts. */
export function workgroupBytes({ config: { m, n }, across }: Pick<SubgroupMatrixTile, 'config' | 'across'>): number {
  const [inner, padding] = [32, 8];
  const tile = (side: number) => 2 * Math.max(side * (inner + padding), inner * (side + padding));
  return tile(2 * across * m) + tile(2 * across * n) + 4 * 4 * m * n;
}

/** What stands in front of `subgroupMatrix.wgsl`, and that file. */
export function subgroupMatrixSource(
  { config: { m, n, k }, across, lanes, spelling }: SubgroupMatrixTile,
  operands: { readonly aAlongK: boolean; readonly bAlongK: boolean },
): string {
  const load = (type: string, tile: string, place: string, stride: string, columnMajor: boolean) =>
    spelling === 'majorness'
      ? `subgroupMatrixLoad<${type}, ${columnMajor ? 'col_major' : 'row_major'}>(&${tile}, ${place}, ${stride})`
      : `subgroupMatrixLoad<${type}>(&${tile}, ${place}, ${columnMajor}, ${stride})`;
  const store =
    spelling === 'majorness'
      ? 'subgroupMatrixStore<row_major>(&finished, place, result, fragmentColumns)'
      : 'subgroupMatrixStore(&finished, place, result, false, fragmentColumns)';
  const { aAlongK, bAlongK } = operands;
  const left = load('Left', 'tileA', aAlongK ? 'row * strideA + inner' : 'inner * strideA + row', 'strideA', !aAlongK);
  const right = load(
    'Right',
    'tileB',
    bAlongK ? 'column * strideB + inner' : 'inner * strideB + column',
    'strideB',
    bAlongK,
  );
  return [
    `const fragmentRows = ${m}u;\nconst fragmentColumns = ${n}u;\nconst fragmentInner = ${k}u;`,
    `const across = ${across}u;\nconst lanes = ${lanes}u;`,
    `alias Left = subgroup_matrix_left<f16, ${k}, ${m}>;\nalias Right = subgroup_matrix_right<f16, ${n}, ${k}>;\nalias Result = subgroup_matrix_result<f32, ${n}, ${m}>;`,
    `fn loadLeft(row: u32, inner: u32) -> Left { return ${left}; }`,
    `fn loadRight(inner: u32, column: u32) -> Right { return ${right}; }`,
    `fn storeResult(place: u32, result: Result) { ${store}; }`,
    wgsl,
  ].join('\n');
}
