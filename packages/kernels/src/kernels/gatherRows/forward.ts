import type { Gpu } from '../../gpu.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { rowIndexingFor } from '../../wgsl/rowIndexing.ts';
import { floatTypes, indexTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { wgsl as source } from './gatherRows.wgsl.ts';
import { gatherRowsKinds } from './options.ts';
import type { GatherRowsOptions } from './options.ts';

const kernel = 'gatherRows';

/**
 * Records output[row] = input[indices[row]], for example the first token of each sequence.
 *
 * @throws KernelArgumentError
 */
export function gatherRows(gpu: Gpu, options: GatherRowsOptions): void {
  requireKernelOptions(kernel, options, gatherRowsKinds);
  const { input, indices, output, rows, columns } = options;
  requireArray(kernel, 'input', input, { columns: rows > 0 ? columns : 0 }, floatTypes);
  requireArray(kernel, 'output', output, { rows, columns }, floatTypes);
  requireArray(kernel, 'indices', indices, { rows }, indexTypes);
  requireSeparate(kernel, [input, indices], [output]);
  const width = columns % 4 === 0 ? 4 : 1;
  const { defines, matrix, workgroups } = rowIndexingFor(gpu.profile, rows, columns / width);
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, { input }, { output }, width),
      ...defines,
    }),
    parameters: { integers: matrix },
    reads: [input, indices],
    writes: [output],
    workgroups,
    work: { bytes: 8 * rows * columns },
  });
}
