import type { Gpu } from '../../gpu.ts';
import { dropoutParameters } from '../../random/dropout.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { dropout as recordDropout, requireDropout } from '../dropout/index.ts';
import { floatTypes, presentArrays, requireArray, requireExtents, requireSeparate, singleTypes } from '../validate.ts';
import { wgsl as layerNormSource } from './layerNorm.wgsl.ts';
import type { LayerNormOptions } from './options.ts';
import { planRows, rowsPerThread } from './variants.ts';

const kernel = 'layerNorm';
/**
 * Arrays of the forward with everything: input, residual, weight, bias, keys, state; output, sum,
 * mean, reciprocalStd.
 */
const mostArrays = 10;

/**
 * Records output = LN(residual + dropout(input)) * weight + bias over each row, with the biased
 * variance, as PyTorch's `layer_norm`. Statistics are computed in f32, the variance around the
 * mean.
 *
 * @throws KernelArgumentError
 */
export function layerNorm(gpu: Gpu, options: LayerNormOptions): void {
  requireLayerNorm(options);
  const { input, output, residual, dropout, rows, columns } = options;
  if (dropout && gpu.info.limits.maxStorageBuffersPerShaderStage < mostArrays) {
    const dropped = gpu.allocate(input.elementType, rows * columns, 'dropped input');
    recordDropout(gpu, { input, output: dropped, rows, columns, dropout });
    layerNorm(gpu, { ...options, input: dropped, dropout: undefined });
    gpu.release(dropped);
    return;
  }
  const isSum = residual !== undefined || dropout !== undefined;
  const scratch = isSum && !options.sum ? gpu.allocate('f32', rows * columns, 'sum') : undefined;
  const sum = options.sum ?? scratch;
  const { weight, bias, mean, reciprocalStd, epsilon } = options;
  const { tokenKeys, state } = dropout?.random ?? {};
  const reads = presentArrays({ input, residual, weight, bias, tokenKeys, state });
  const writes = presentArrays({ output, sum, mean, reciprocalStd });
  requireSeparate(kernel, reads, writes);
  const plan = planRows(gpu, options);
  const rowsEach = rowsPerThread(gpu, plan);
  const { threshold, keptScale } = dropoutParameters(kernel, dropout?.probability ?? 0);
  gpu.dispatch({
    program: kernelProgram(kernel, layerNormSource, {
      access: elementAccess(gpu, { input, residual, weight, bias }, { output, sum }, plan.width),
      vec4: plan.width === 4,
      residual: residual !== undefined,
      dropout: dropout !== undefined,
      sum: sum !== undefined,
      rowPerInvocation: plan.variant === 'rowPerInvocation',
      rowsEach,
    }),
    parameters: {
      integers: [rows, columns, columns / plan.width, dropout?.site ?? 0, threshold],
      floats: [keptScale, epsilon],
    },
    reads,
    writes,
    workgroups: spreadWorkgroups(Math.ceil(plan.workgroups / rowsEach)),
    work: { bytes: 4 * rows * columns * (2 + (residual ? 1 : 0) + (sum ? 1 : 0)) },
  });
  if (scratch) gpu.release(scratch);
}

function requireLayerNorm(options: LayerNormOptions): void {
  const { input, residual, dropout, weight, bias, output, sum, mean, reciprocalStd, rows, columns } = options;
  requireExtents(kernel, { rows, columns });
  const matrix = { rows, columns };
  requireArray(kernel, 'input', input, matrix, floatTypes);
  if (residual) requireArray(kernel, 'residual', residual, matrix, floatTypes);
  if (dropout) requireDropout(kernel, dropout, rows);
  requireArray(kernel, 'weight', weight, { columns }, floatTypes);
  requireArray(kernel, 'bias', bias, { columns }, floatTypes);
  requireArray(kernel, 'output', output, matrix, floatTypes);
  if (sum) requireArray(kernel, 'sum', sum, matrix, floatTypes);
  requireArray(kernel, 'mean', mean, { rows }, singleTypes);
  requireArray(kernel, 'reciprocalStd', reciprocalStd, { rows }, singleTypes);
}
