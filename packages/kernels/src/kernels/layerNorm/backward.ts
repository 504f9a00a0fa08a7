import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { dropoutParameters } from '../../random/dropout.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { columnBlocks } from '../columnSum/columnBlocks.ts';
import { dropout as recordDropout, requireDropout } from '../dropout/index.ts';
import {
  floatTypes,
  presentArrays,
  requireArray,
  requireKernelOptions,
  requireSeparate,
  singleTypes,
} from '../validate.ts';
import { blockGradients, takesBlocks } from './blockGradients.ts';
import { wgsl as backwardSource } from './layerNormBackward.wgsl.ts';
import { layerNormBackwardKinds } from './options.ts';
import type { LayerNormBackwardOptions } from './options.ts';
import { planRows } from './variants.ts';
import { wgsl as weightGradientsSource } from './weightGradients.wgsl.ts';
import { wgsl as weightGradientsSumSource } from './weightGradientsSum.wgsl.ts';

const kernel = 'layerNormBackward';
/**
 * Arrays of the backward with dropout: gradOutput, sum, mean, reciprocalStd, weight, keys, state;
 * gradSum, and gradInput or parts of sums.
 */
const mostArrays = 9;
const vectorsPerWorkgroup = 32;
const leastRowsPerBlock = 16;
const mostBlocks = 128;

/**
 * Records the gradients of `layerNorm`: of the sum (and so of the residual), of the input before
 * dropout, of weight and bias. Sums over rows are taken in two stages whose order depends on `rows`
 * alone; on GPUs the first is that of the rows' gradients.
 *
 * @throws KernelArgumentError
 */
export function layerNormBackward(gpu: Gpu, options: LayerNormBackwardOptions): void {
  requireLayerNormBackward(options);
  const { gradOutput, gradSum, gradInput, dropout, outputDropout, rows, columns } = options;
  const blocks = takesBlocks(gpu, options);
  const fused = gpu.info.limits.maxStorageBuffersPerShaderStage >= mostArrays;
  if (outputDropout && !(blocks && fused)) {
    const dropped = gpu.allocate(gradOutput.elementType, rows * columns, 'gradient before the dropout');
    recordDropout(gpu, { input: gradOutput, output: dropped, rows, columns, dropout: outputDropout });
    layerNormBackward(gpu, { ...options, gradOutput: dropped, outputDropout: undefined });
    gpu.release(dropped);
    return;
  }
  if (blocks) return blockGradients(gpu, options);
  rowGradients(gpu, fused ? options : { ...options, dropout: undefined, gradInput: undefined });
  if (dropout && gradInput && !fused) recordDropout(gpu, { input: gradSum, output: gradInput, rows, columns, dropout });
  weightGradients(gpu, options);
}

function requireLayerNormBackward(options: LayerNormBackwardOptions): void {
  requireKernelOptions(kernel, options, layerNormBackwardKinds);
  const { gradOutput, sum, mean, reciprocalStd, weight, gradSum, gradInput, dropout, rows, columns } = options;
  const { gradWeight, gradBias } = options;
  const matrices = { gradOutput, sum, gradSum, ...(gradInput && { gradInput }) };
  for (const [name, array] of Object.entries(matrices))
    requireArray(kernel, name, array, { rows, columns }, floatTypes);
  requireArray(kernel, 'weight', weight, { columns }, floatTypes);
  for (const [name, array] of Object.entries({ mean, reciprocalStd }))
    requireArray(kernel, name, array, { rows }, singleTypes);
  for (const [name, array] of Object.entries({ gradWeight, gradBias }))
    requireArray(kernel, name, array, { columns }, singleTypes);
  if (Boolean(gradInput) !== Boolean(dropout)) {
    throw new KernelArgumentError(
      `${kernel}: gradInput and dropout come together; without dropout gradSum is the gradient of the input`,
    );
  }
  for (const drops of [dropout, options.outputDropout]) if (drops) requireDropout(kernel, drops, rows);
  if (dropout && options.outputDropout)
    throw new KernelArgumentError(`${kernel}: got dropout and outputDropout; it drops its input or its output`);
  if (options.sums && !options.accumulate)
    throw new KernelArgumentError(`${kernel}: sums are added to gradWeight and gradBias later; set accumulate`);
}

function rowGradients(gpu: Gpu, options: LayerNormBackwardOptions): void {
  const { gradOutput, sum, mean, reciprocalStd, weight, gradSum, gradInput, dropout, rows, columns } = options;
  const { tokenKeys, state } = dropout?.random ?? {};
  const reads = presentArrays({ gradOutput, sum, mean, reciprocalStd, weight, tokenKeys, state });
  const writes = presentArrays({ gradSum, gradInput });
  requireSeparate(kernel, reads, writes);
  const plan = planRows(gpu, options);
  const { threshold, keptScale } = dropoutParameters(dropout?.probability ?? 0);
  gpu.dispatch({
    program: kernelProgram(kernel, backwardSource, {
      access: elementAccess(gpu, { gradOutput, sum, weight }, { gradSum, gradInput }, plan.width),
      vec4: plan.width === 4,
      dropout: dropout !== undefined,
      dropsInput: dropout !== undefined,
      rowPerInvocation: plan.variant === 'rowPerInvocation',
    }),
    parameters: { integers: [rows, columns, columns / plan.width, dropout?.site ?? 0, threshold], floats: [keptScale] },
    reads,
    writes,
    workgroups: spreadWorkgroups(plan.workgroups),
    work: { bytes: 4 * rows * columns * (dropout ? 4 : 3) },
  });
}

function weightGradients(gpu: Gpu, options: LayerNormBackwardOptions): void {
  const { gradOutput, sum, mean, reciprocalStd, gradWeight, gradBias, accumulate = false, rows, columns } = options;
  const width = columns % 4 === 0 ? 4 : 1;
  const vectors = columns / width;
  const rowsPerBlock = Math.max(leastRowsPerBlock, Math.ceil(rows / mostBlocks));
  const { blocks, defines, integers, workgroups } = columnBlocks(gpu.profile, rows, vectors, rowsPerBlock);
  const weightPartials = gpu.allocate('f32', blocks * columns, 'partial sums of gradWeight');
  const biasPartials = gpu.allocate('f32', blocks * columns, 'partial sums of gradBias');
  gpu.dispatch({
    program: kernelProgram(`${kernel} weights`, weightGradientsSource, {
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
    program: kernelProgram(`${kernel} weights sum`, weightGradientsSumSource, {
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
