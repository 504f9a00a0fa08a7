import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { columnSum } from '../columnSum/index.ts';
import {
  floatTypes,
  presentArrays,
  requireArray,
  requireKernelOptions,
  requireSeparate,
  singleTypes,
} from '../validate.ts';
import { batchKinds, columnSumsKinds, gemmKinds } from './options.ts';
import type { GemmBatch, GemmOptions } from './options.ts';
import type { Epilogue } from './product/epilogue.ts';
import { recordInParts } from './product/recordInParts.ts';
import { recordProduct } from './product/recordProduct.ts';
import { planGemm } from './variants.ts';

const kernel = 'gemm';
/** Most matrices of a dispatch, so many that the next ones begin where a binding can. */
const mostMatrices = 65280;

/**
 * Records output = activation(alpha * a b + bias), or with `accumulate` adds that to the output:
 * `torch.addmm`, `torch.nn.functional.linear` (layout NT). Sums are taken in f32, in an order that
 * depends on the shapes and the variant alone.
 *
 * @throws KernelArgumentError
 */
export function gemm(gpu: Gpu, options: GemmOptions): void {
  requireGemm(options);
  if (options.batch && options.batch.count > mostMatrices) return recordInBatches(gpu, options, options.batch);
  const { output, m, n, batch, alpha = 1, accumulate = false, bias, activation = 'none', preActivation } = options;
  const { replacesPreActivation = false } = options;
  const plan = planGemm(gpu, options);
  // With an empty output no tile runs that could sum the columns.
  const columnSums = plan.tile.sumsColumns && n > 0 ? options.columnSums : undefined;
  const epilogue: Epilogue = {
    output,
    accumulate,
    bias,
    gelu: activation === 'gelu',
    geluBackward: activation === 'geluBackward',
    preActivation,
    replacesPreActivation,
    columnSums,
    alpha,
    strideOutput: batch?.strideOutput ?? 0,
  };
  if (plan.splits.parts === 1) recordProduct(gpu, options, plan, epilogue);
  else recordInParts(gpu, options, plan, epilogue);
  // In a dispatch of its own, after the product.
  if (options.columnSums && !columnSums)
    columnSum(gpu, { ...options.columnSums, input: options.a, rows: options.k, columns: m });
}

/** Records a batch in as many smaller ones as it needs. */
function recordInBatches(gpu: Gpu, options: GemmOptions, batch: GemmBatch): void {
  const { a, b, output, preActivation } = options;
  for (let first = 0; first < batch.count; first += mostMatrices) {
    const from = (array: GpuArray, stride: number) => array.view(first * stride, array.length - first * stride);
    gemm(gpu, {
      ...options,
      a: from(a, batch.strideA),
      b: from(b, batch.strideB),
      output: from(output, batch.strideOutput),
      preActivation: preActivation && from(preActivation, batch.strideOutput),
      batch: { ...batch, count: Math.min(mostMatrices, batch.count - first) },
    });
  }
}

function requireGemm(options: GemmOptions): void {
  requireKernelOptions(kernel, options, gemmKinds);
  const { a, b, output, m, n, k, layout, batch, accumulate, bias, activation = 'none', preActivation } = options;
  const { splits = 1, columnSums, replacesPreActivation = false } = options;
  if (batch) requireKernelOptions(`${kernel}: batch`, batch, batchKinds);
  if (columnSums) requireKernelOptions(`${kernel}: columnSums`, columnSums, columnSumsKinds);
  const elements = (stride: number, matrix: number) => ({
    elements: batch?.count ? (batch.count - 1) * stride + matrix : 0,
  });
  const results = batch ? elements(batch.strideOutput, m * n) : { m, n };
  const left = batch ? elements(batch.strideA, m * k) : layout === 'TN' ? { k, m } : { m, k };
  const right = batch ? elements(batch.strideB, k * n) : layout === 'NT' ? { n, k } : { k, n };
  requireArray(kernel, 'a', a, left, floatTypes);
  requireArray(kernel, 'b', b, right, floatTypes);
  requireArray(kernel, 'output', output, results, floatTypes);
  if (bias) requireArray(kernel, 'bias', bias, { n }, singleTypes);
  if (preActivation) requireArray(kernel, 'preActivation', preActivation, results, floatTypes);
  if (columnSums) requireArray(kernel, 'columnSums.output', columnSums.output, { m }, singleTypes);
  if (columnSums && (layout !== 'TN' || batch))
    throw new KernelArgumentError(
      `${kernel}: columnSums are for layout TN, without a batch; the layout is ${layout}${batch ? ', in a batch' : ''}`,
    );
  if (preActivation && activation === 'none')
    throw new KernelArgumentError(`${kernel}: preActivation is what an activation is applied to; there is none`);
  if (!preActivation && activation === 'geluBackward')
    throw new KernelArgumentError(`${kernel}: geluBackward needs preActivation, what GELU was applied to`);
  if (replacesPreActivation && activation !== 'geluBackward')
    throw new KernelArgumentError(`${kernel}: replacesPreActivation is for geluBackward; activation is ${activation}`);
  if (accumulate && activation === 'gelu')
    throw new KernelArgumentError(`${kernel}: accumulate and an activation exclude each other`);
  if (batch && splits > 1) throw new KernelArgumentError(`${kernel}: splits is ${splits}; it must be 1 for a batch`);
  if (batch && batch.count > 1 && batch.strideOutput < m * n)
    throw new KernelArgumentError(
      `${kernel}: a batch of ${batch.count} with strideOutput ${batch.strideOutput}; the matrices must be at least m * n = ${m * n} apart`,
    );
  const written = presentArrays({ output, preActivation, columnSums: columnSums?.output });
  requireSeparate(kernel, bias ? [a, b, bias] : [a, b], written);
}
