import type { Gpu } from '../../gpu.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate } from '../validate.ts';
import { wgsl as source } from './cumsum.wgsl.ts';
import type { CumsumOptions } from './options.ts';

const kernel = 'cumsum';

/**
 * Records running sums along an axis, as `torch.cumsum`; reversed, they are its gradient.
 *
 * @throws KernelArgumentError
 */
export function cumsum(gpu: Gpu, { input, output, outer, length, inner, reversed = false }: CumsumOptions): void {
  requireExtents(kernel, { outer, length, inner });
  requireArray(kernel, 'input', input, { outer, length, inner }, floatTypes);
  requireArray(kernel, 'output', output, { outer, length, inner }, floatTypes);
  requireSeparate(kernel, [input], [output]);
  const rows = outer * inner;
  gpu.dispatch({
    program: kernelProgram(kernel, source, { access: elementAccess(gpu, { input }, { output }) }),
    parameters: { integers: [rows, length, inner, Number(reversed)] },
    reads: [input],
    writes: [output],
    workgroups: spreadWorkgroups(Math.ceil(rows / 64)),
    work: { bytes: 8 * rows * length },
  });
}
