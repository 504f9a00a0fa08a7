import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate } from '../validate.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { wgsl as backwardByThread } from './softmaxBackwardByThread.wgsl.ts';
import { wgsl as backwardByWorkgroup } from './softmaxBackwardByWorkgroup.wgsl.ts';
import { wgsl as narrow } from './narrow.wgsl.ts';
import { wgsl as forwardBySubgroup } from './softmaxBySubgroup.wgsl.ts';
import { wgsl as forwardByThread } from './softmaxByThread.wgsl.ts';
import { wgsl as forwardByWorkgroup } from './softmaxByWorkgroup.wgsl.ts';
import { forwardVariant, groupsHeld, rowsPerWorkgroup, usualVariant, widthOf } from './variants.ts';
import type { SoftmaxBackwardVariant, SoftmaxVariant } from './variants.ts';
import { wgsl as wide } from './wide.wgsl.ts';

export type { SoftmaxBackwardVariant, SoftmaxVariant } from './variants.ts';

interface RowOptions {
  readonly rows: number;
  readonly columns: number;
  /** Log-softmax instead of softmax. Default false. */
  readonly log?: boolean;
}

export interface SoftmaxOptions extends RowOptions {
  /** f32 or f16 `[rows, columns]`. */
  readonly input: GpuArray;
  /** f32 or f16 `[rows, columns]`. */
  readonly output: GpuArray;
  /**
   * Row per thread, per subgroup (of one known size, for few enough columns) or per workgroup.
   * Default: per workgroup for more than 64 columns on a GPU, per subgroup for as many on Mesa 26.
   */
  readonly variant?: SoftmaxVariant;
}

export interface SoftmaxBackwardOptions extends RowOptions {
  /** f32 or f16 `[rows, columns]`. */
  readonly gradOutput: GpuArray;
  /** f32 or f16 `[rows, columns]`: what `softmax` gave, with the same `log`. */
  readonly output: GpuArray;
  /** f32 or f16 `[rows, columns]`. */
  readonly gradInput: GpuArray;
  /** Row per thread or per workgroup. Default: per workgroup for more than 64 columns on a GPU. */
  readonly variant?: SoftmaxBackwardVariant;
}

/**
 * Softmax of each row, or its logarithm: `torch.softmax(input, -1)`, `torch.log_softmax(input,
 * -1)`.
 *
 * @throws KernelArgumentError
 */
export function softmax(gpu: Gpu, { input, output, ...options }: SoftmaxOptions): void {
  const { columns, variant = forwardVariant(gpu, columns) } = options;
  const held = variant === 'subgroup' ? groupsHeld(gpu, columns) : 0;
  if (held === null) {
    throw new KernelArgumentError(
      `softmax: a row for a subgroup needs subgroups of one known size and few enough columns for their lanes to hold; columns is ${columns}`,
    );
  }
  const sources = { thread: forwardByThread, subgroup: forwardBySubgroup, workgroup: forwardByWorkgroup };
  record(gpu, 'softmax', { input }, { output }, { ...options, variant, held, source: sources[variant] });
}

/**
 * Gradient of `softmax` by its input.
 *
 * @throws KernelArgumentError
 */
export function softmaxBackward(gpu: Gpu, { gradOutput, output, gradInput, ...options }: SoftmaxBackwardOptions): void {
  const { columns, variant = usualVariant(gpu, columns) } = options;
  const sources = { thread: backwardByThread, workgroup: backwardByWorkgroup };
  record(
    gpu,
    'softmaxBackward',
    { gradOutput, output },
    { gradInput },
    { ...options, variant, held: 0, source: sources[variant] },
  );
}

type Arrays = Readonly<Record<string, GpuArray>>;

interface RowKernel extends RowOptions {
  readonly variant: SoftmaxVariant;
  /** Groups of a row that a lane holds, where a subgroup takes a row. */
  readonly held: number;
  readonly source: string;
}

function record(
  gpu: Gpu,
  kernel: string,
  reads: Arrays,
  writes: Arrays,
  { rows, columns, log = false, variant, held, source }: RowKernel,
): void {
  requireExtents(kernel, { rows, columns });
  const arrays = { ...reads, ...writes };
  let bytes = 0;
  for (const [name, array] of Object.entries(arrays)) {
    requireArray(kernel, name, array, { rows, columns }, floatTypes);
    bytes += rows * columns * bytesPerElement[array.elementType];
  }
  requireSeparate(kernel, Object.values(reads), Object.values(writes));
  const width = widthOf(variant, columns);
  const access = elementAccess(gpu, reads, writes, width);
  const keepsExponentials = !log && arrays.output?.elementType === 'f32';
  gpu.dispatch({
    program: {
      key: `${kernel} by ${variant}${held > 0 ? ` ${held}` : ''}${log ? ', logarithm,' : ''} ${access.key}`,
      source: () =>
        [
          ...(held > 0 ? ['enable subgroups;'] : []),
          `${access.text()}const logarithmic = ${log};\nconst keepsExponentials = ${keepsExponentials};`,
          ...(held > 0 ? [`const lanes = ${gpu.profile.subgroupSize}u;\nconst held = ${held}u;`] : []),
          ...(variant === 'workgroup' ? [] : [width === 4 ? wide : narrow]),
          source,
        ].join('\n'),
    },
    parameters: { integers: [rows, columns / width] },
    reads: Object.values(reads),
    writes: Object.values(writes),
    workgroups: spreadWorkgroups(columns === 0 ? 0 : Math.ceil(rows / rowsPerWorkgroup[variant])),
    work: { bytes },
  });
}
