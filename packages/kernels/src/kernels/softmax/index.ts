import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../gpuArray.ts';
import { bytesPerElement } from '../../gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate } from '../arguments.ts';
import { elementAccess } from '../prelude.ts';
import { wgsl as backwardByThread } from './softmaxBackwardByThread.wgsl.ts';
import { wgsl as backwardByWorkgroup } from './softmaxBackwardByWorkgroup.wgsl.ts';
import { wgsl as narrow } from './narrow.wgsl.ts';
import { wgsl as forwardByThread } from './softmaxByThread.wgsl.ts';
import { wgsl as forwardByWorkgroup } from './softmaxByWorkgroup.wgsl.ts';
import { wgsl as wide } from './wide.wgsl.ts';

export type SoftmaxVariant = 'thread' | 'workgroup';

interface RowOptions {
  readonly rows: number;
  readonly columns: number;
  /** Log-softmax instead of softmax. Default false. */
  readonly log?: boolean;
  /** Row per thread or row per workgroup. Default: per workgroup for more than 64 columns on a GPU. */
  readonly variant?: SoftmaxVariant;
}

export interface SoftmaxOptions extends RowOptions {
  /** f32 or f16 `[rows, columns]`. */
  readonly input: GpuArray;
  /** f32 or f16 `[rows, columns]`. */
  readonly output: GpuArray;
}

export interface SoftmaxBackwardOptions extends RowOptions {
  /** f32 or f16 `[rows, columns]`. */
  readonly gradOutput: GpuArray;
  /** f32 or f16 `[rows, columns]`: what `softmax` gave, with the same `log`. */
  readonly output: GpuArray;
  /** f32 or f16 `[rows, columns]`. */
  readonly gradInput: GpuArray;
}

/**
 * Softmax of each row, or its logarithm: `torch.softmax(input, -1)`, `torch.log_softmax(input, -1)`.
 *
 * @throws KernelArgumentError
 */
export function softmax(gpu: Gpu, { input, output, ...options }: SoftmaxOptions): void {
  record(gpu, 'softmax', { input }, { output }, options, { thread: forwardByThread, workgroup: forwardByWorkgroup });
}

/**
 * Gradient of `softmax` by its input.
 *
 * @throws KernelArgumentError
 */
export function softmaxBackward(gpu: Gpu, { gradOutput, output, gradInput, ...options }: SoftmaxBackwardOptions): void {
  record(gpu, 'softmaxBackward', { gradOutput, output }, { gradInput }, options, {
    thread: backwardByThread,
    workgroup: backwardByWorkgroup,
  });
}

type Arrays = Readonly<Record<string, GpuArray>>;

function record(
  gpu: Gpu,
  kernel: string,
  reads: Arrays,
  writes: Arrays,
  options: RowOptions,
  sources: Readonly<Record<SoftmaxVariant, string>>,
): void {
  const { rows, columns, log = false } = options;
  requireExtents(kernel, { rows, columns });
  const arrays = { ...reads, ...writes };
  let bytes = 0;
  for (const [name, array] of Object.entries(arrays)) {
    requireArray(kernel, name, array, { rows, columns }, floatTypes);
    bytes += rows * columns * bytesPerElement[array.elementType];
  }
  requireSeparate(kernel, Object.values(reads), Object.values(writes));
  const variant = options.variant ?? (gpu.profile.software || columns <= 64 ? 'thread' : 'workgroup');
  const width = variant === 'thread' && columns % 4 === 0 ? 4 : 1;
  const access = elementAccess(gpu, reads, writes, width);
  const keepsExponentials = !log && arrays.output?.elementType === 'f32';
  gpu.dispatch({
    program: {
      key: `${kernel} by ${variant}${log ? ', logarithm,' : ''} ${access.key}`,
      source: () =>
        `${access.text()}const logarithmic = ${log};\nconst keepsExponentials = ${keepsExponentials};\n${variant === 'thread' ? (width === 4 ? wide : narrow) : ''}${sources[variant]}`,
    },
    parameters: { integers: [rows, columns / width] },
    reads: Object.values(reads),
    writes: Object.values(writes),
    workgroups: spreadWorkgroups(variant === 'thread' ? Math.ceil(rows / 64) : rows),
    work: { bytes },
  });
}
