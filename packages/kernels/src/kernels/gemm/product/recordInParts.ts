import type { Gpu } from '../../../gpu.ts';
import type { GpuArray } from '../../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../../recording/dispatch.ts';
import { kernelProgram } from '../../../wgsl/kernelProgram.ts';
import { presentArrays } from '../../validate.ts';
import type { GemmOptions } from '../options.ts';
import { epilogueAccess, epilogueDefines, epilogueWidths, readByEpilogue, writtenByEpilogue } from './epilogue.ts';
import type { Epilogue } from './epilogue.ts';
import type { GemmPlan } from './gemmTile.ts';
import { recordProduct } from './recordProduct.ts';
import { wgsl as source } from './sumParts.wgsl.ts';

/**
 * Records a product whose inner dimension is summed in parts, into scratch memory, and then the sum
 * of the parts.
 */
export function recordInParts(gpu: Gpu, options: GemmOptions, plan: GemmPlan, epilogue: Epilogue): void {
  const { m, n } = options;
  const { parts } = plan.splits;
  const partials = gpu.allocate('f32', parts * m * n, 'gemm partials');
  const columns = epilogue.columnSums && { output: gpu.allocate('f32', parts * m, 'gemm partial sums of columns') };
  recordProduct(gpu, options, plan, { ...store, output: partials, columnSums: columns, strideOutput: m * n });
  recordSum(gpu, { partials, partialColumns: columns?.output }, epilogue, { m, n, parts });
  gpu.release(partials);
  if (columns) gpu.release(columns.output);
}

/** Parts are stored without an epilogue. */
const store = { accumulate: false, bias: undefined, gelu: false, preActivation: undefined, alpha: 1 };

/** Partial results of a product that was split along its inner dimension. */
interface Parts {
  /** f32 `[parts, m, n]`. */
  readonly partials: GpuArray;
  /** f32 `[parts, m]`: sums of A's columns. */
  readonly partialColumns: GpuArray | undefined;
}

/** Records the sum of the parts. */
function recordSum(
  gpu: Gpu,
  { partials, partialColumns }: Parts,
  epilogue: Epilogue,
  { m, n, parts }: { readonly m: number; readonly n: number; readonly parts: number },
): void {
  const { columnSums, alpha } = epilogue;
  const vec4 = n % 4 === 0;
  const columnVec4s = Math.ceil(n / 4);
  gpu.dispatch({
    program: kernelProgram('gemm sum of parts', source, {
      access: epilogueAccess(gpu, { partials }, epilogue, epilogueWidths[vec4 ? 4 : 1]),
      ...epilogueDefines(epilogue, vec4),
    }),
    parameters: { integers: [m, n, columnVec4s, parts], floats: [alpha] },
    reads: presentArrays({ partials, partialColumns, ...readByEpilogue(epilogue) }),
    writes: presentArrays(writtenByEpilogue(epilogue)),
    workgroups: spreadWorkgroups(Math.ceil((m * (columnVec4s + (columnSums ? 1 : 0))) / 64)),
    work: { bytes: 4 * (parts + 1) * m * n },
  });
}
