import type { Gpu } from '../../gpu.ts';
import { dropoutParameters } from '../../random/dropout.ts';
import { wgsl as dropoutFunctions } from '../../random/dropout.wgsl.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate, singleTypes } from '../validate.ts';
import { dropout as recordDropout, requireDropout } from '../dropout/index.ts';
import { declareArrays, elementAccess } from '../../wgsl/elementAccess.ts';
import { wgsl as dropped } from './dropped.wgsl.ts';
import { wgsl as layerNormSource } from './layerNorm.wgsl.ts';
import { wgsl as noResidual } from './noResidual.wgsl.ts';
import { wgsl as notDropped } from './notDropped.wgsl.ts';
import type { LayerNormOptions } from './options.ts';
import { wgsl as withResidual } from './residual.wgsl.ts';
import { wgsl as saved } from './saved.wgsl.ts';
import { wgsl as unsaved } from './unsaved.wgsl.ts';
import { fixedTypes, rowVariant } from './variant.ts';

const kernel = 'layerNorm';
/**
 * Arrays of the forward with everything: input, residual, weight, bias, keys, state; output, sum,
 * mean, reciprocalStd.
 */
const mostArrays = 10;

/**
 * Records output = LN(residual + dropout(input)) * weight + bias over each row, with the biased
 * variance, as PyTorch's `layer_norm`. Statistics are computed in f32, the variance around the
 * mean. Throws KernelArgumentError.
 */
export function layerNorm(gpu: Gpu, options: LayerNormOptions): void {
  const { input, residual, dropout, weight, bias, output, mean, reciprocalStd, rows, columns, epsilon } = options;
  requireExtents(kernel, { rows, columns });
  const matrix = { rows, columns };
  requireArray(kernel, 'input', input, matrix, floatTypes);
  if (residual) requireArray(kernel, 'residual', residual, matrix, floatTypes);
  if (dropout) requireDropout(kernel, dropout, rows);
  requireArray(kernel, 'weight', weight, { columns }, floatTypes);
  requireArray(kernel, 'bias', bias, { columns }, floatTypes);
  requireArray(kernel, 'output', output, matrix, floatTypes);
  if (options.sum) requireArray(kernel, 'sum', options.sum, matrix, floatTypes);
  requireArray(kernel, 'mean', mean, { rows }, singleTypes);
  requireArray(kernel, 'reciprocalStd', reciprocalStd, { rows }, singleTypes);

  if (dropout && gpu.info.limits.maxStorageBuffersPerShaderStage < mostArrays) {
    const droppedInput = gpu.allocate(input.elementType, rows * columns, 'dropped input');
    recordDropout(gpu, { input, output: droppedInput, rows, columns, dropout });
    layerNorm(gpu, { ...options, input: droppedInput, dropout: undefined });
    gpu.release(droppedInput);
    return;
  }

  const isSum = residual !== undefined || dropout !== undefined;
  const scratch = isSum && !options.sum ? gpu.allocate('f32', rows * columns, 'sum') : undefined;
  const sum = options.sum ?? scratch;
  const reads = {
    input,
    ...(residual && { residual }),
    weight,
    bias,
    ...(dropout && { tokenKeys: dropout.random.tokenKeys, random: dropout.random.state }),
  };
  const writes = { output, ...(sum && { sum }), mean, reciprocalStd };
  requireSeparate(kernel, Object.values(reads), Object.values(writes));
  const row = rowVariant(gpu, options.variant, options);
  const rowsEach = row.name === 'rowPerInvocation' ? rowsPerInvocation(gpu) : 1;
  const access = elementAccess(
    gpu,
    { input, ...(residual && { residual }), weight, bias },
    { output, ...(sum && { sum }) },
    row.width,
  );
  const { threshold, keptScale } = dropoutParameters(kernel, dropout?.probability ?? 0);
  const parts = `${residual ? ' residual' : ''}${dropout ? ' dropout' : ''}${sum ? ' sum' : ''}`;
  gpu.dispatch({
    program: {
      key: `${kernel} ${row.name}${parts} ${access.key}`,
      source: () =>
        access.text() +
        declareArrays(Object.keys(reads), Object.keys(writes), fixedTypes) +
        row.source +
        `const rowsEach = ${rowsEach}u;\n` +
        (residual ? withResidual : noResidual) +
        (dropout ? dropoutFunctions + dropped : notDropped) +
        (sum ? saved : unsaved) +
        layerNormSource,
    },
    parameters: {
      integers: [rows, columns, columns / row.width, dropout?.site ?? 0, threshold],
      floats: [keptScale, epsilon],
    },
    reads: Object.values(reads),
    writes: Object.values(writes),
    workgroups: spreadWorkgroups(Math.ceil(row.workgroups / rowsEach)),
    work: { bytes: 4 * rows * columns * (2 + (residual ? 1 : 0) + (sum ? 1 : 0)) },
  });
  if (scratch) gpu.release(scratch);
}

/**
 * Rows that an invocation normalises side by side. More share what is loaded of weight and bias;
 * fewer stay in the cache.
 */
const rowsPerInvocation = (gpu: Gpu) => (gpu.profile.mesaVersion >= 26 ? 2 : 4);
