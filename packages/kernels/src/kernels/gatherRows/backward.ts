import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { fill } from '../fill/index.ts';
import { segmentSum } from '../segmentSum/index.ts';
import { floatTypes, requireArray, requireKernelOptions } from '../validate.ts';
import { scatterRowsKinds } from './options.ts';
import type { ScatterRowsOptions } from './options.ts';

const kernel = 'scatterRows';

/**
 * Records output = 0, then output[indices[row]] += input[row]: the backward of `gatherRows`.
 * Indices may repeat; every run gives the same bits.
 *
 * @throws KernelArgumentError
 */
export function scatterRows(gpu: Gpu, options: ScatterRowsOptions): void {
  requireKernelOptions(kernel, options, scatterRowsKinds);
  const { input, output, rows, outputRows, columns } = options;
  requireArray(kernel, 'input', input, { rows, columns }, floatTypes);
  requireArray(kernel, 'output', output, { outputRows, columns }, floatTypes);
  clearFirst(gpu, output, outputRows * columns);
  const outputs = [{ array: output, rows: outputRows }];
  segmentSum(gpu, {
    kernel,
    input,
    outputs,
    outputName: 'output',
    segments: options.segments,
    rows,
    columns,
    accumulate: false,
  });
}

/** Records zeros in the first `length` elements and leaves the rest alone. */
function clearFirst(gpu: Gpu, output: GpuArray, length: number): void {
  // Clearing writes whole words, and an odd number of f16 ends within one.
  if (output.elementType === 'f16' && length % 2 === 1) fill(gpu, { output, value: 0, length });
  else gpu.clear(output.length === length ? output : output.view(0, length, output.label));
}
