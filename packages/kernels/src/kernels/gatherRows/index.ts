import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { rowIndexingFor } from '../../wgsl/rowIndexing.ts';
import { floatTypes, indexTypes, requireArray, requireExtents, requireSeparate } from '../validate.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { wgsl as gatherSource } from './gatherRows.wgsl.ts';
import { wgsl as scatterSource } from './scatterRows.wgsl.ts';

export interface GatherRowsOptions {
  /** [any number of rows, columns], f32 or f16. */
  readonly input: GpuArray;
  /** u32[rows]: a row of `input` for each row of `output`. */
  readonly indices: GpuArray;
  /** [rows, columns], f32 or f16, in another buffer. */
  readonly output: GpuArray;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Records output[row] = input[indices[row]], for example the first token of each sequence. Throws
 * KernelArgumentError.
 */
export function gatherRows(gpu: Gpu, options: GatherRowsOptions): void {
  const { input, output, rows, columns } = options;
  requireExtents('gatherRows', { rows, columns });
  requireArray('gatherRows', 'input', input, { columns: rows > 0 ? columns : 0 }, floatTypes);
  requireArray('gatherRows', 'output', output, { rows, columns }, floatTypes);
  moveRows(gpu, 'gatherRows', gatherSource, options);
}

export interface ScatterRowsOptions {
  /** [rows, columns], f32 or f16. */
  readonly input: GpuArray;
  /**
   * u32[rows]: a row of `output` for each row of `input`, all different. A row at or beyond
   * `outputRows` is left out.
   */
  readonly indices: GpuArray;
  /** [outputRows, columns], f32 or f16, in another buffer. All of the array is zeroed first. */
  readonly output: GpuArray;
  readonly rows: number;
  readonly outputRows: number;
  readonly columns: number;
}

/**
 * Records output = 0, then output[indices[row]] = input[row]: the backward of `gatherRows` for
 * indices that differ. Throws KernelArgumentError.
 */
export function scatterRows(gpu: Gpu, options: ScatterRowsOptions): void {
  const { input, output, rows, outputRows, columns } = options;
  requireExtents('scatterRows', { rows, outputRows, columns });
  requireArray('scatterRows', 'input', input, { rows, columns }, floatTypes);
  requireArray('scatterRows', 'output', output, { outputRows, columns }, floatTypes);
  moveRows(gpu, 'scatterRows', scatterSource, options, outputRows);
}

function moveRows(
  gpu: Gpu,
  kernel: string,
  source: string,
  { input, indices, output, rows, columns }: GatherRowsOptions,
  outputRows?: number,
): void {
  requireArray(kernel, 'indices', indices, { rows }, indexTypes);
  requireSeparate(kernel, [input, indices], [output]);
  const width = columns % 4 === 0 ? 4 : 1;
  const access = elementAccess(gpu, { input }, { output }, width);
  const vectors = columns / width;
  const share = rowIndexingFor(gpu.profile, rows, vectors);
  if (outputRows !== undefined) gpu.clear(output);
  gpu.dispatch({
    program: { key: `${kernel} ${access.key}`, source: () => access.text() + share.text + source },
    parameters: { integers: outputRows === undefined ? share.matrix : [...share.matrix, outputRows] },
    reads: [input, indices],
    writes: [output],
    workgroups: share.workgroups,
    work: { bytes: 8 * rows * columns },
  });
}
