import type { Gpu } from '../../gpu.ts';
import { segmentSum } from '../segmentSum/index.ts';
import { floatTypes, requireArray, requireExtents } from '../validate.ts';
import type { ScatterRowsOptions } from './options.ts';

const kernel = 'scatterRows';

/**
 * Records output = 0, then output[indices[row]] += input[row]: the backward of `gatherRows`. An
 * index may repeat; every run gives the same bits.
 *
 * @throws KernelArgumentError
 */
export function scatterRows(gpu: Gpu, options: ScatterRowsOptions): void {
  const { input, output, rows, outputRows, columns } = options;
  requireExtents(kernel, { rows, outputRows, columns });
  requireArray(kernel, 'input', input, { rows, columns }, floatTypes);
  requireArray(kernel, 'output', output, { outputRows, columns }, floatTypes);
  gpu.clear(output);
  segmentSum(gpu, { kernel, ...options, accumulate: false });
}
