import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { dropoutParameters } from '../../random/dropout.ts';
import { wgsl as dropoutFunctions } from '../../random/dropout.wgsl.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate, singleTypes } from '../validate.ts';
import { columnBlocks } from '../columnSum/columnBlocks.ts';
import { dropout as recordDropout, requireDropout } from '../dropout/index.ts';
import { declareArrays, elementAccess } from '../../wgsl/elementAccess.ts';
import { wgsl as dropped } from './dropped.wgsl.ts';
import { wgsl as withGradInput } from './gradInput.wgsl.ts';
import { wgsl as backwardSource } from './layerNormBackward.wgsl.ts';
import { wgsl as noGradInput } from './noGradInput.wgsl.ts';
import { wgsl as notDropped } from './notDropped.wgsl.ts';
import type { LayerNormBackwardOptions } from './options.ts';
import { wgsl as parameterGradientsSource } from './parameterGradients.wgsl.ts';
import { wgsl as parameterGradientsSumSource } from './parameterGradientsSum.wgsl.ts';
import { fixedTypes, rowVariant } from './variant.ts';

const kernel = 'layerNormBackward';
/**
 * Arrays of the backward with dropout: gradOutput, sum, mean, reciprocalStd, weight, keys, state;
 * gradSum, gradInput.
 */
const mostArrays = 9;
const groupsPerWorkgroup = 32;
const leastRowsPerBlock = 16;
const mostBlocks = 128;

/**
 * Records the gradients of `layerNorm`: of the sum (and so of the residual), of the input before
 * dropout, of weight and bias. Sums over rows are taken in two stages whose order depends on `rows`
 * alone. Throws KernelArgumentError.
 */
export function layerNormBackward(gpu: Gpu, options: LayerNormBackwardOptions): void {
  const {
    gradOutput,
    sum,
    mean,
    reciprocalStd,
    weight,
    gradSum,
    gradInput,
    dropout,
    gradWeight,
    gradBias,
    rows,
    columns,
  } = options;
  requireExtents(kernel, { rows, columns });
  const matrix = { rows, columns };
  for (const [name, array] of Object.entries({ gradOutput, sum, gradSum, ...(gradInput && { gradInput }) })) {
    requireArray(kernel, name, array, matrix, floatTypes);
  }
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
  if (dropout) requireDropout(kernel, dropout, rows);
  const fused = gpu.info.limits.maxStorageBuffersPerShaderStage >= mostArrays;
  rowGradients(gpu, fused ? options : { ...options, dropout: undefined, gradInput: undefined });
  if (dropout && gradInput && !fused) recordDropout(gpu, { input: gradSum, output: gradInput, rows, columns, dropout });
  parameterGradients(gpu, options);
}

function rowGradients(gpu: Gpu, options: LayerNormBackwardOptions): void {
  const { gradOutput, sum, mean, reciprocalStd, weight, gradSum, gradInput, dropout, rows, columns } = options;
  const reads = {
    gradOutput,
    sum,
    mean,
    reciprocalStd,
    weight,
    ...(dropout && { tokenKeys: dropout.random.tokenKeys, random: dropout.random.state }),
  };
  const writes = { gradSum, ...(gradInput && { gradInput }) };
  requireSeparate(kernel, Object.values(reads), Object.values(writes));
  const row = rowVariant(gpu, options.variant, options);
  const access = elementAccess(
    gpu,
    { gradOutput, sum, weight },
    { gradSum, ...(gradInput && { gradInput }) },
    row.width,
  );
  const { threshold, keptScale } = dropoutParameters(kernel, dropout?.probability ?? 0);
  gpu.dispatch({
    program: {
      key: `${kernel} ${row.name}${dropout ? ' dropout' : ''} ${access.key}`,
      source: () =>
        access.text() +
        declareArrays(Object.keys(reads), Object.keys(writes), fixedTypes) +
        row.source +
        (dropout ? dropoutFunctions + dropped + withGradInput : notDropped + noGradInput) +
        backwardSource,
    },
    parameters: { integers: [rows, columns, columns / row.width, dropout?.site ?? 0, threshold], floats: [keptScale] },
    reads: Object.values(reads),
    writes: Object.values(writes),
    workgroups: spreadWorkgroups(row.workgroups),
    work: { bytes: 4 * rows * columns * (dropout ? 4 : 3) },
  });
}

function parameterGradients(gpu: Gpu, options: LayerNormBackwardOptions): void {
  const { gradOutput, sum, mean, reciprocalStd, gradWeight, gradBias, accumulate = false, rows, columns } = options;
  const width = columns % 4 === 0 ? 4 : 1;
  const groups = columns / width;
  const rowsPerBlock = Math.max(leastRowsPerBlock, Math.ceil(rows / mostBlocks));
  const { blocks, text, integers, workgroups } = columnBlocks(gpu.profile, rows, groups, rowsPerBlock);
  const weightPartials = gpu.allocate('f32', blocks * columns, 'partial sums of gradWeight');
  const biasPartials = gpu.allocate('f32', blocks * columns, 'partial sums of gradBias');
  const access = elementAccess(gpu, { gradOutput, sum }, {}, width);
  gpu.dispatch({
    program: {
      key: `${kernel} parameters ${access.key}`,
      source: () => access.text() + text + parameterGradientsSource,
    },
    parameters: { integers },
    reads: [gradOutput, sum, mean, reciprocalStd],
    writes: [weightPartials, biasPartials],
    workgroups,
    work: { bytes: 8 * rows * columns },
  });
  const valuesOnly = elementAccess(gpu, {}, {}, width);
  gpu.dispatch({
    program: {
      key: `${kernel} parameters sum ${valuesOnly.key}`,
      source: () => valuesOnly.text() + parameterGradientsSumSource,
    },
    parameters: { integers: [groups, blocks, accumulate ? 1 : 0] },
    reads: [weightPartials, biasPartials],
    writes: [gradWeight, gradBias],
    workgroups: [Math.ceil(groups / groupsPerWorkgroup), 1, 1],
    work: { bytes: 8 * blocks * columns },
  });
  gpu.release(weightPartials);
  gpu.release(biasPartials);
}
