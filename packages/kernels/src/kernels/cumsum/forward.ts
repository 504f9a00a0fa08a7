import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import {
  anyTypes,
  floatTypes,
  presentArrays,
  requireArray,
  requireKernelOptions,
  requireSeparate,
} from '../validate.ts';
import { wgsl as source } from './cumsum.wgsl.ts';
import { cumsumKinds } from './options.ts';
import type { CumsumOptions, CumsumVariant } from './options.ts';
import { chosenVariant, chunksOf } from './variants.ts';

const kernel = 'cumsum';
const wholeTypes: readonly ElementType[] = ['i32', 'u32'];

/**
 * Records running sums along an axis, as `torch.cumsum`; reversed, they are its gradient. Where
 * there are few long rows they are cut into chunks, whose totals are summed first. The order of
 * summation depends on the shape and the adapter alone.
 *
 * @throws KernelArgumentError
 */
export function cumsum(gpu: Gpu, options: CumsumOptions): void {
  requireKernelOptions(kernel, options, cumsumKinds);
  const { input, output, outer, length, inner } = options;
  requireArray(kernel, 'input', input, { outer, length, inner }, anyTypes);
  const isFloat = floatTypes.includes(input.elementType);
  requireArray(kernel, 'output', output, { outer, length, inner }, isFloat ? floatTypes : wholeTypes);
  requireSeparate(kernel, [input], [output]);
  const variant = chosenVariant(gpu, options);
  const { chunks, chunkLength } = chunksOf(options);
  const stage = { variant, chunks, chunkLength };
  if (chunks === 1) {
    recordStage(gpu, options, { ...stage, output });
    return;
  }
  const type = isFloat ? 'f32' : input.elementType;
  const totals = gpu.allocate(type, outer * chunks * inner, 'totals of chunks');
  recordStage(gpu, options, { ...stage, output: totals, isTotals: true });
  const carries = gpu.allocate(type, outer * chunks * inner, 'running totals');
  cumsum(gpu, { input: totals, output: carries, outer, length: chunks, inner });
  gpu.release(totals);
  recordStage(gpu, options, { ...stage, output, carries });
  gpu.release(carries);
}

interface Stage {
  readonly variant: CumsumVariant;
  readonly chunks: number;
  readonly chunkLength: number;
  readonly output: GpuArray;
  readonly carries?: GpuArray;
  readonly isTotals?: boolean;
}

function recordStage(gpu: Gpu, { input, outer, length, inner, reversed = false }: CumsumOptions, stage: Stage): void {
  const { variant, chunks, chunkLength, output, carries, isTotals = false } = stage;
  const tasks = outer * chunks * inner;
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, { input }, isTotals ? {} : { output }),
      byWorkgroup: variant === 'workgroup',
      carried: carries !== undefined,
      totals: isTotals,
    }),
    parameters: { integers: [tasks, length, inner, Number(reversed), chunks, chunkLength] },
    reads: presentArrays({ input, carries }),
    writes: [output],
    workgroups: spreadWorkgroups(variant === 'workgroup' ? tasks : Math.ceil(tasks / 64)),
    work: { bytes: (isTotals ? 4 : 8) * outer * length * inner },
  });
}
