import type { Gpu } from '../../gpu.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { columnBlocks } from '../columnSum/columnBlocks.ts';
import { columnSum } from '../columnSum/index.ts';
import { recordElementwise } from '../elementwise/recordElementwise.ts';
import { floatTypes, requireArray, requireKernelOptions, requireSeparate, singleTypes } from '../validate.ts';
import { wgsl as geluBackwardSource } from './geluBackward.wgsl.ts';
import { wgsl as withBiasSource } from './geluBackwardWithBias.wgsl.ts';
import { geluBackwardKinds, geluBackwardWithBiasKinds } from './options.ts';
import type { GeluBackwardOptions, GeluBackwardWithBiasOptions } from './options.ts';

/**
 * Records gradInput = gradOutput * gelu'(input).
 *
 * @throws KernelArgumentError
 */
export function geluBackward(gpu: Gpu, options: GeluBackwardOptions): void {
  requireKernelOptions('geluBackward', options, geluBackwardKinds);
  const { gradOutput, input, gradInput, length } = options;
  recordElementwise(gpu, {
    kernel: 'geluBackward',
    source: geluBackwardSource,
    reads: { gradOutput, input },
    writes: { gradInput },
    length,
  });
}

/**
 * Records gradInput = gradOutput * gelu'(input) and, in the same pass over memory, the gradient of
 * the bias before the GELU. Its sums are taken block by block of rows, as `columnSum` takes them,
 * in an order that depends on `rows` alone. On Mesa 26 f32 takes two passes.
 *
 * @throws KernelArgumentError
 */
export function geluBackwardWithBias(gpu: Gpu, options: GeluBackwardWithBiasOptions): void {
  const kernel = 'geluBackwardWithBias';
  requireKernelOptions(kernel, options, geluBackwardWithBiasKinds);
  const { gradOutput, input, gradInput, gradBias, rows, columns, accumulate = false } = options;
  const matrices = { gradOutput, input, gradInput };
  let bytes = 0;
  for (const [name, matrix] of Object.entries(matrices)) {
    requireArray(kernel, name, matrix, { rows, columns }, floatTypes);
    bytes += rows * columns * bytesPerElement[matrix.elementType];
  }
  requireArray(kernel, 'gradBias', gradBias, { columns }, singleTypes);
  requireSeparate(kernel, [gradOutput, input], [gradInput, gradBias]);
  // On Mesa 26 loads down a column wait for the cache: two passes take 0.7 times as long. In f16
  // the second pass would sum rounded numbers.
  if (gpu.profile.mesaVersion >= 26 && gradInput.elementType === 'f32') {
    geluBackward(gpu, { gradOutput, input, gradInput, length: rows * columns });
    columnSum(gpu, { input: gradInput, output: gradBias, rows, columns, accumulate });
    return;
  }
  const width = columns % 4 === 0 ? 4 : 1;
  const { blocks, defines, integers, workgroups } = columnBlocks(gpu.profile, rows, columns / width);
  const sums = gpu.allocate('f32', blocks * columns, 'sums of blocks');
  gpu.dispatch({
    program: kernelProgram(kernel, withBiasSource, {
      access: elementAccess(gpu, { gradOutput, input }, { gradInput, sums }, width),
      vec4: width === 4,
      ...defines,
    }),
    parameters: { integers },
    reads: [gradOutput, input],
    writes: [gradInput, sums],
    workgroups,
    work: { bytes: bytes + 4 * blocks * columns },
  });
  columnSum(gpu, { input: sums, output: gradBias, rows: blocks, columns, accumulate });
  gpu.release(sums);
}
