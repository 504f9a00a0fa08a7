import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../gpuArray.ts';
import { KernelArgumentError } from '../../errors.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate, singleTypes } from '../arguments.ts';
import { wgsl as geluFunctions } from '../activation/gelu.wgsl.ts';
import { elementAliases } from '../prelude.ts';
import { wgsl as registerTile } from './registerTile.wgsl.ts';

/** Which operand is stored transposed: NN a [m, k], b [k, n]; NT a [m, k], b [n, k]; TN a [k, m], b [k, n]. */
export type GemmLayout = 'NN' | 'NT' | 'TN';

export interface GemmOptions {
  readonly a: GpuArray;
  readonly b: GpuArray;
  readonly output: GpuArray;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly layout: GemmLayout;
  readonly batch?: { readonly count: number; readonly strideA: number; readonly strideB: number; readonly strideOutput: number };
  readonly alpha?: number;
  readonly accumulate?: boolean;
  readonly bias?: GpuArray;
  readonly activation?: 'gelu' | 'none';
  readonly preActivation?: GpuArray;
}

const kernel = 'gemm';

/** output = activation(alpha * a b + bias), added to what output holds with `accumulate`. Throws KernelArgumentError. */
export function gemm(gpu: Gpu, options: GemmOptions): void {
  const { a, b, output, m, n, k, layout, batch, alpha = 1, accumulate = false, bias, activation = 'none', preActivation } = options;
  requireExtents(kernel, { m, n, k });
  requireArray(kernel, 'a', a, { m, k }, floatTypes);
  requireArray(kernel, 'b', b, { n, k }, floatTypes);
  requireArray(kernel, 'output', output, { m, n }, floatTypes);
  if (bias) requireArray(kernel, 'bias', bias, { n }, singleTypes);
  if (accumulate && activation !== 'none') throw new KernelArgumentError(`${kernel}: accumulate and an activation exclude each other`);
  const reads = [a, b, ...(bias ? [bias] : [])];
  const writes = [output, ...(preActivation ? [preActivation] : [])];
  requireSeparate(kernel, reads, writes);
  const aliases = elementAliases(gpu, kernel, { A: a, B: b, Output: output, ...(preActivation && { Before: preActivation }) });
  const [aRowStride, aInnerStride] = layout === 'TN' ? [1, m] : [k, 1];
  const [bInnerStride, bColumnStride] = layout === 'NT' ? [1, k] : [n, 1];
  gpu.dispatch({
    program: {
      key: `${kernel} register ${aliases.key}${bias ? ' bias' : ''}${activation}${preActivation ? ' saved' : ''}${accumulate ? ' added' : ''}`,
      source: () =>
        [
          aliases.text(),
          geluFunctions,
          'struct Parameters { m: u32, n: u32, k: u32, aRowStride: u32, aInnerStride: u32, bInnerStride: u32, bColumnStride: u32, strideA: u32, strideB: u32, strideOutput: u32, alpha: f32 }',
          '@group(0) @binding(0) var<uniform> parameters: Parameters;',
          '@group(0) @binding(1) var<storage, read> a: array<A>;',
          '@group(0) @binding(2) var<storage, read> b: array<B>;',
          ...(bias ? ['@group(0) @binding(3) var<storage, read> bias: array<f32>;'] : []),
          `@group(0) @binding(${reads.length + 1}) var<storage, read_write> output: array<Output>;`,
          ...(preActivation ? [`@group(0) @binding(${reads.length + 2}) var<storage, read_write> before: array<Before>;`] : []),
          'fn epilogue(batch: u32, row: u32, column: u32, value: f32) {',
          '  let place = batch * parameters.strideOutput + row * parameters.n + column;',
          `  var result = parameters.alpha * value${bias ? ' + bias[column]' : ''};`,
          ...(preActivation ? ['  before[place] = Before(result);'] : []),
          ...(activation === 'gelu' ? ['  result = gelu(result);'] : []),
          `  output[place] = Output(result${accumulate ? ' + f32(output[place])' : ''});`,
          '}',
          registerTile,
        ].join('\n'),
    },
    parameters: {
      integers: [m, n, k, aRowStride, aInnerStride, bInnerStride, bColumnStride, batch?.strideA ?? 0, batch?.strideB ?? 0, batch?.strideOutput ?? 0],
      floats: [alpha],
    },
    reads,
    writes,
    workgroups: [Math.ceil(n / 32), Math.ceil(m / 32), batch?.count ?? 1],
    work: { flops: 2 * m * n * k * (batch?.count ?? 1) },
  });
}
