import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { floatTypes, requireArray, requireSeparate } from '../validate.ts';
import type { SoftmaxRowOptions } from './options.ts';
import type { SoftmaxPlan } from './variants.ts';

type Arrays = Readonly<Record<string, GpuArray>>;

interface RowKernel extends SoftmaxRowOptions {
  readonly kernel: string;
  readonly source: WgslFile;
  readonly reads: Arrays;
  readonly writes: Arrays;
  readonly plan: SoftmaxPlan;
  readonly keepsExponentials?: boolean;
}

/** Records a forward or backward, whose arrays are all [rows, columns]. */
export function recordRows(
  gpu: Gpu,
  { kernel, source, reads, writes, plan, rows, columns, log = false, keepsExponentials = false }: RowKernel,
): void {
  let bytes = 0;
  for (const [name, array] of Object.entries({ ...reads, ...writes })) {
    requireArray(kernel, name, array, { rows, columns }, floatTypes);
    bytes += rows * columns * bytesPerElement[array.elementType];
  }
  requireSeparate(kernel, Object.values(reads), Object.values(writes));
  const { variant, width, rowsPerWorkgroup, vectorsPerLane } = plan;
  gpu.dispatch({
    program: kernelProgram(`${kernel} by ${variant}`, source, {
      access: elementAccess(gpu, reads, writes, width),
      vec4: width === 4,
      logarithmic: log,
      keepsExponentials,
      ...(vectorsPerLane > 0 && { lanes: gpu.profile.subgroupSize, vectorsPerLane }),
    }),
    parameters: { integers: [rows, columns / width] },
    reads: Object.values(reads),
    writes: Object.values(writes),
    workgroups: spreadWorkgroups(columns === 0 ? 0 : Math.ceil(rows / rowsPerWorkgroup)),
    work: { bytes },
  });
}
