import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { dropoutParameters } from '../../random/dropout.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import type { Program } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { AccessPrograms } from '../../wgsl/accessPrograms.ts';
import { cast } from '../cast/index.ts';
import { recordDropout, requireDropout } from '../dropout/index.ts';
import { embeddingSum } from '../embeddingSum/index.ts';
import { embeddedRows, requireEmbeddedRows, rowsOfTables } from '../embeddingSum/embeddedRows.ts';
import {
  floatTypes,
  presentArrays,
  requireArray,
  requireKernelOptions,
  requireSeparate,
  singleTypes,
} from '../validate.ts';
import { wgsl as layerNormSource } from './layerNorm.wgsl.ts';
import { layerNormKinds } from './options.ts';
import type { EmbeddedRows, LayerNormOptions } from './options.ts';
import { planRows, rowsPerThread } from './variants.ts';
import type { RowPlan } from './variants.ts';

const kernel = 'layerNorm';
const programs = /* @__PURE__ */ new AccessPrograms(kernel, layerNormSource);

/**
 * Records output = LN(residual + dropout(input)) * weight + bias over each row, with the biased
 * variance, as PyTorch's `layer_norm`. Statistics are computed in f32, the variance around the
 * mean.
 *
 * @throws KernelArgumentError
 */
export function layerNorm(gpu: Gpu, options: LayerNormOptions): void {
  requireLayerNorm(options);
  recordLayerNorm(gpu, options);
}

function recordLayerNorm(gpu: Gpu, options: LayerNormOptions): void {
  const { input, residual, dropout, output, outputDropout, half, rows, columns } = options;
  const isSum = residual !== undefined || dropout !== undefined || isEmbedded(input);
  const { tables = [], ids = [] } = isEmbedded(input) ? input : {};
  const single = isEmbedded(input) ? undefined : input;
  const { weight, bias, mean, reciprocalStd, epsilon } = options;
  const drops = dropout ?? outputDropout;
  const { tokenKeys, state } = drops?.random ?? {};
  const reads = [...tables, ...ids, ...presentArrays({ single, residual, weight, bias, tokenKeys, state })];
  const bindings = reads.length + 3 + (half ? 1 : 0) + (isSum || options.sum ? 1 : 0);
  if (bindings > gpu.info.limits.maxStorageBuffersPerShaderStage) return inSeveralDispatches(gpu, options);
  const scratch = isSum && !options.sum ? gpu.allocate('f32', rows * columns, 'sum') : undefined;
  const sum = options.sum ?? scratch;
  const writes = presentArrays({ output, half, sum, mean, reciprocalStd });
  requireSeparate(kernel, reads, writes);
  const plan = planRows(gpu, options);
  const rowsEach = rowsPerThread(gpu, plan);
  const { threshold, keptScale } = dropoutParameters(drops?.probability ?? 0);
  gpu.dispatch({
    program: programFor(gpu, options, sum, plan),
    parameters: {
      integers: [
        rows,
        columns,
        columns / plan.width,
        drops?.site ?? 0,
        threshold,
        ...tables.map((table) => rowsOfTables(table, columns)),
      ],
      floats: [keptScale, epsilon],
    },
    reads,
    writes,
    workgroups: spreadWorkgroups(Math.ceil(plan.workgroups / rowsEach)),
    work: { bytes: 4 * rows * columns * (2 + (residual ? 1 : 0) + (sum ? 1 : 0)) + (half ? 2 * rows * columns : 0) },
  });
  if (scratch) gpu.release(scratch);
}

function programFor(gpu: Gpu, options: LayerNormOptions, sum: GpuArray | undefined, plan: RowPlan): Program {
  const { input, residual, weight, bias, output, half, dropout, outputDropout } = options;
  const isEmbeddedInput = isEmbedded(input);
  const { width } = plan;
  const reads = { input: isEmbeddedInput ? undefined : input, residual, weight, bias };
  const writes = { output, half, sum };
  const defines = {
    tables: isEmbeddedInput,
    vec4: width === 4,
    residual: residual !== undefined,
    dropout: dropout !== undefined || outputDropout !== undefined,
    dropsInput: dropout !== undefined,
    dropsOutput: outputDropout !== undefined,
    half: half !== undefined,
    sum: sum !== undefined,
    rowPerInvocation: plan.variant === 'rowPerInvocation',
    rowsEach: rowsPerThread(gpu, plan),
  };
  if (!isEmbeddedInput) return programs.get(gpu, reads, writes, width, defines);
  // A step has one of these, and its source depends on the number of tables.
  const tableRows = embeddedRows(input.tables.length, fieldsBehind, 'parameters.vectors');
  return kernelProgram(kernel, layerNormSource, {
    access: elementAccess(gpu, reads, writes, width),
    rowsOfTables: tableRows,
    ...defines,
  });
}

const isEmbedded = (input: GpuArray | EmbeddedRows): input is EmbeddedRows => 'tables' in input;

/** The parameters before and after the row counts of tables. */
const fieldsBehind = {
  before: 'rows: u32, columns: u32, vectors: u32, site: u32, threshold: u32',
  after: 'keptScale: f32, epsilon: f32',
};

/** The same in several kernels, where the adapter can bind too few arrays. */
function inSeveralDispatches(gpu: Gpu, options: LayerNormOptions): void {
  const { input, output, dropout, outputDropout, half, rows, columns } = options;
  const scratch = (like: GpuArray, label: string) => gpu.allocate(like.elementType, rows * columns, label);
  if (isEmbedded(input)) {
    const summed = options.sum ?? gpu.allocate('f32', rows * columns, 'sum of embeddings');
    embeddingSum(gpu, { ...input, output: summed, rows, columns });
    recordLayerNorm(gpu, { ...options, input: summed, sum: undefined });
    if (!options.sum) gpu.release(summed);
  } else if (half) {
    recordLayerNorm(gpu, { ...options, half: undefined });
    cast(gpu, { input: output, output: half, length: rows * columns });
  } else if (outputDropout) {
    const normalised = scratch(output, 'normalised');
    recordLayerNorm(gpu, { ...options, output: normalised, outputDropout: undefined });
    recordDropout(gpu, { input: normalised, output, rows, columns, dropout: outputDropout });
    gpu.release(normalised);
  } else if (dropout) {
    const dropped = scratch(input, 'dropped input');
    recordDropout(gpu, { input, output: dropped, rows, columns, dropout });
    recordLayerNorm(gpu, { ...options, input: dropped, dropout: undefined });
    gpu.release(dropped);
  }
}

function requireLayerNorm(options: LayerNormOptions): void {
  requireKernelOptions(kernel, options, layerNormKinds);
  const { input, residual, dropout, weight, bias, output, sum, mean, reciprocalStd, rows, columns } = options;
  const { outputDropout, half } = options;
  const matrix = { rows, columns };
  if (isEmbedded(input)) requireEmbeddedRows(kernel, input, matrix);
  else requireArray(kernel, 'input', input, matrix, floatTypes);
  if (residual) requireArray(kernel, 'residual', residual, matrix, floatTypes);
  for (const drops of [dropout, outputDropout]) if (drops) requireDropout(kernel, drops, rows);
  if (dropout && outputDropout)
    throw new KernelArgumentError(`${kernel}: got dropout and outputDropout; it drops its input or its output`);
  requireArray(kernel, 'weight', weight, { columns }, floatTypes);
  requireArray(kernel, 'bias', bias, { columns }, floatTypes);
  requireArray(kernel, 'output', output, matrix, floatTypes);
  if (half) requireArray(kernel, 'half', half, matrix, ['f16']);
  if (sum) requireArray(kernel, 'sum', sum, matrix, floatTypes);
  requireArray(kernel, 'mean', mean, { rows }, singleTypes);
  requireArray(kernel, 'reciprocalStd', reciprocalStd, { rows }, singleTypes);
}
