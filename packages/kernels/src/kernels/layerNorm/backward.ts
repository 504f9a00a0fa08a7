import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { recordDropout, requireDropout } from '../dropout/index.ts';
import { floatTypes, requireArray, requireKernelOptions, singleTypes } from '../validate.ts';
import { blockGradients, takesBlocks } from './byBlock/blockGradients.ts';
import { rowGradients } from './byRow/rowGradients.ts';
import { weightGradients } from './byRow/weightGradients.ts';
import { layerNormBackwardKinds } from './options.ts';
import type { LayerNormBackwardOptions } from './options.ts';

const kernel = 'layerNormBackward';
/**
 * Arrays of the backward with dropout: gradOutput, sum, mean, reciprocalStd, weight, keys, state;
 * gradSum, and gradInput or parts of sums.
 */
const mostArrays = 9;

/**
 * Records the gradients of `layerNorm`: of the sum (and so of the residual), of the input before
 * dropout, and of weight and bias. Sums over rows are taken in two stages, in an order that depends
 * on `rows` alone; on GPUs the first stage runs with the gradients of the rows.
 *
 * @throws KernelArgumentError
 */
export function layerNormBackward(gpu: Gpu, options: LayerNormBackwardOptions): void {
  requireLayerNormBackward(options);
  recordBackward(gpu, options);
}

function recordBackward(gpu: Gpu, options: LayerNormBackwardOptions): void {
  const { gradOutput, gradSum, gradInput, dropout, outputDropout, rows, columns } = options;
  const blocks = takesBlocks(gpu, options);
  const fused = gpu.info.limits.maxStorageBuffersPerShaderStage >= mostArrays;
  if (outputDropout && !(blocks && fused)) {
    const dropped = gpu.allocate(gradOutput.elementType, rows * columns, 'gradient before the dropout');
    recordDropout(gpu, { input: gradOutput, output: dropped, rows, columns, dropout: outputDropout });
    recordBackward(gpu, { ...options, gradOutput: dropped, outputDropout: undefined });
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
  const [matrix, row, column] = [{ rows, columns }, { columns }, { rows }];
  requireArray(kernel, 'gradOutput', gradOutput, matrix, floatTypes);
  requireArray(kernel, 'sum', sum, matrix, floatTypes);
  requireArray(kernel, 'gradSum', gradSum, matrix, floatTypes);
  if (gradInput) requireArray(kernel, 'gradInput', gradInput, matrix, floatTypes);
  requireArray(kernel, 'weight', weight, row, floatTypes);
  requireArray(kernel, 'mean', mean, column, singleTypes);
  requireArray(kernel, 'reciprocalStd', reciprocalStd, column, singleTypes);
  requireArray(kernel, 'gradWeight', gradWeight, row, singleTypes);
  requireArray(kernel, 'gradBias', gradBias, row, singleTypes);
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
