import type { Gpu } from '../../gpu.ts';
import type { LayerNormVariant } from './options.ts';
import { wgsl as narrow } from './narrow.wgsl.ts';
import { wgsl as rowPerInvocation } from './rowPerInvocation.wgsl.ts';
import { wgsl as wide } from './wide.wgsl.ts';
import { wgsl as workgroupPerRow } from './workgroupPerRow.wgsl.ts';

const sources: Record<LayerNormVariant, string> = { rowPerInvocation, workgroupPerRow };
const rowsPerWorkgroup: Record<LayerNormVariant, number> = { rowPerInvocation: 16, workgroupPerRow: 1 };

/** What differs between the variants and widths of the kernels that go over rows. */
export function rowVariant(
  gpu: Gpu,
  variant: LayerNormVariant | undefined,
  { rows, columns }: { rows: number; columns: number },
) {
  const name = variant ?? (gpu.profile.software ? 'rowPerInvocation' : 'workgroupPerRow');
  const width: 1 | 4 = columns % 4 === 0 ? 4 : 1;
  return {
    name,
    width,
    source: sources[name] + (width === 4 ? wide : narrow),
    workgroups: Math.ceil(rows / rowsPerWorkgroup[name]),
  };
}

/** Element types of arrays that are not named after themselves. */
export const fixedTypes = { mean: 'f32', reciprocalStd: 'f32', tokenKeys: 'u32', random: 'vec4u' } as const;
