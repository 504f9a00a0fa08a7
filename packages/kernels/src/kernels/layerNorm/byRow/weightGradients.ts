import type { Gpu } from '../../../gpu.ts';
import { elementAccess } from '../../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../../wgsl/kernelProgram.ts';
import { columnBlocks } from '../../columnSum/columnBlocks.ts';
import type { LayerNormBackwardOptions } from '../options.ts';
import { wgsl as source } from './weightGradients.wgsl.ts';
import { wgsl as sumSource } from './weightGradientsSum.wgsl.ts';

const kernel = 'layerNormBackward';
const vectorsPerWorkgroup = 32;
const leastRowsPerBlock = 16;
const mostBlocks = 128;

/** Records the gradients of weight and bias: sums over blocks of rows, then over the blocks. */
export function weightGradients(gpu: Gpu, options: LayerNormBackwardOptions): void {
  const { gradOutput, sum, mean, reciprocalStd, gradWeight, gradBias, accumulate = false, rows, columns } = options;
  const width = columns % 4 === 0 ? 4 : 1;
  const vectors = columns / width;
  const rowsPerBlock = Math.max(leastRowsPerBlock, Math.ceil(rows / mostBlocks));
  const { blocks, defines, integers, workgroups } = columnBlocks(gpu.profile, rows, vectors, rowsPerBlock);
  const weightPartials = gpu.allocate('f32', blocks * columns, 'partial sums of gradWeight');
  const biasPartials = gpu.allocate('f32', blocks * columns, 'partial sums of gradBias');
  gpu.dispatch({
    program: kernelProgram(`${kernel} weights`, source, {
      access: elementAccess(gpu, { gradOutput, sum }, {}, width),
      ...defines,
    }),
    parameters: { integers },
    reads: [gradOutput, sum, mean, reciprocalStd],
    writes: [weightPartials, biasPartials],
    workgroups,
    work: { bytes: 8 * rows * columns },
  });
  gpu.dispatch({
    program: kernelProgram(`${kernel} weights sum`, sumSource, {
      access: elementAccess(gpu, {}, {}, width),
    }),
    parameters: { integers: [vectors, blocks, accumulate ? 1 : 0] },
    reads: [weightPartials, biasPartials],
    writes: [gradWeight, gradBias],
    workgroups: [Math.ceil(vectors / vectorsPerWorkgroup), 1, 1],
    work: { bytes: 8 * blocks * columns },
  });
  gpu.release(weightPartials);
  gpu.release(biasPartials);
}
