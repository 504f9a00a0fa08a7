import type { Gpu } from '../../gpu.ts';
import type { LayerNormVariant } from './options.ts';

/** How a kernel over rows is run: chosen once for each call. */
export interface RowPlan {
  readonly variant: LayerNormVariant;
  readonly width: 1 | 4;
  /** Workgroups, where each thread or workgroup takes `rowsEach` rows. */
  readonly workgroups: number;
}

const rowsPerWorkgroup: Record<LayerNormVariant, number> = { rowPerInvocation: 16, workgroupPerRow: 1 };

/** The variant asked for, or the device's, for rows of this length. */
export function planRows(
  gpu: Gpu,
  { variant, rows, columns }: { readonly variant?: LayerNormVariant; readonly rows: number; readonly columns: number },
): RowPlan {
  const chosen = variant ?? (gpu.profile.software ? 'rowPerInvocation' : 'workgroupPerRow');
  return {
    variant: chosen,
    width: columns % 4 === 0 ? 4 : 1,
    workgroups: Math.ceil(rows / rowsPerWorkgroup[chosen]),
  };
}

/**
 * Rows that an invocation normalises together. With more rows, loads of weight and bias are shared;
 * with fewer, rows stay in the cache.
 */
export function rowsPerThread(gpu: Gpu, { variant }: RowPlan): number {
  if (variant === 'workgroupPerRow') return 1;
  return gpu.profile.mesaVersion >= 26 ? 2 : 4;
}
