import type { Gpu } from '../../gpu.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { flatIndexingFor } from '../../wgsl/flatIndexing.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { floatTypes, presentArrays, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { gradientWgsl } from './members.ts';
import { reduceBackwardKinds } from './options.ts';
import type { ReduceBackwardOptions } from './options.ts';
import { wgsl as productSource } from './productBackward.wgsl.ts';
import { wgsl as source } from './reduceBackward.wgsl.ts';

/**
 * Records the gradient of `reduce`, by the formula of a member of `reduceGradients`.
 *
 * @throws KernelArgumentError
 */
export function reduceBackward(gpu: Gpu, options: ReduceBackwardOptions): void {
  requireKernelOptions('reduceBackward', options, reduceBackwardKinds);
  const { member, gradOutput, input, gradInput, first, second, outer, length, inner, factor = 1, power = 2 } = options;
  const kernel = `gradient of ${member}`;
  const reads = { gradOutput, input, first, second };
  for (const [name, array] of Object.entries({ ...reads, gradInput })) {
    const isWhole = name === 'input' || name === 'gradInput';
    if (array) requireArray(kernel, name, array, isWhole ? { outer, length, inner } : { outer, inner }, floatTypes);
  }
  requireSeparate(kernel, presentArrays(reads), [gradInput]);
  if (member === 'product') return productBackward(gpu, options);
  const count = outer * length * inner;
  const { defines, workgroups } = flatIndexingFor(gpu.profile);
  gpu.dispatch({
    program: kernelProgram('reduceBackward', source, {
      access: elementAccess(gpu, reads, { gradInput }),
      member: gradientWgsl(member),
      hasFirst: first !== undefined,
      hasSecond: second !== undefined,
      ...defines,
    }),
    parameters: { integers: [count, length, inner], floats: [power, factor] },
    reads: presentArrays(reads),
    writes: [gradInput],
    workgroups: workgroups(count),
    work: { bytes: 8 * count },
  });
}

/** Records the gradient of a product: each element's share is the product of all others. */
function productBackward(
  gpu: Gpu,
  { gradOutput, input, gradInput, outer, length, inner, productLanes }: ReduceBackwardOptions,
): void {
  const rows = outer * inner;
  // Where there are enough rows, software adapters run one thread for a row as fast as many.
  const lanes = productLanes ?? (length <= 64 || (gpu.profile.software && rows >= 512) ? 1 : 64);
  const before = gpu.allocate('f32', Math.max(1, rows * length), 'products before each element');
  gpu.dispatch({
    program: kernelProgram('productBackward', productSource, {
      access: elementAccess(gpu, { gradOutput, input }, { gradInput }),
      lanes,
      severalLanes: lanes > 1,
    }),
    parameters: { integers: [rows, length, inner] },
    reads: [gradOutput, input],
    writes: [gradInput, before],
    workgroups: spreadWorkgroups(Math.ceil((rows * lanes) / 64)),
    work: { bytes: 20 * rows * length },
  });
  gpu.release(before);
}
