import type { Gpu } from '../../../gpu.ts';
import { dropoutParameters } from '../../../random/dropout.ts';
import { spreadWorkgroups } from '../../../recording/dispatch.ts';
import { elementAccess } from '../../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../../wgsl/kernelProgram.ts';
import { presentArrays, requireSeparate } from '../../validate.ts';
import type { LayerNormBackwardOptions } from '../options.ts';
import { planRows } from '../variants.ts';
import { wgsl as source } from './rowGradients.wgsl.ts';

const kernel = 'layerNormBackward';

/** Records the gradients of rows: of the sum, and of the input before its dropout. */
export function rowGradients(gpu: Gpu, options: LayerNormBackwardOptions): void {
  const { gradOutput, sum, mean, reciprocalStd, weight, gradSum, gradInput, dropout, rows, columns } = options;
  const { tokenKeys, state } = dropout?.random ?? {};
  const reads = presentArrays({ gradOutput, sum, mean, reciprocalStd, weight, tokenKeys, state });
  const writes = presentArrays({ gradSum, gradInput });
  requireSeparate(kernel, reads, writes);
  const plan = planRows(gpu, options);
  const { threshold, keptScale } = dropoutParameters(dropout?.probability ?? 0);
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, { gradOutput, sum, weight }, { gradSum, gradInput }, plan.width),
      vec4: plan.width === 4,
      dropout: dropout !== undefined,
      dropsInput: dropout !== undefined,
      rowPerInvocation: plan.variant === 'rowPerInvocation',
    }),
    parameters: { integers: [rows, columns, columns / plan.width, dropout?.site ?? 0, threshold], floats: [keptScale] },
    reads,
    writes,
    workgroups: spreadWorkgroups(plan.workgroups),
    work: { bytes: 4 * rows * columns * (dropout ? 4 : 3) },
  });
}
