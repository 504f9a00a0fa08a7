import type { Gpu } from '../../gpu.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { floatTypes, requireArray, requireKernelOptions, requireSeparate, singleTypes } from '../validate.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { columnBlocks, fitOneBlock } from './columnBlocks.ts';
import type { ColumnBlocks } from './columnBlocks.ts';
import { wgsl as byWorkgroupSource } from './columnSumByWorkgroup.wgsl.ts';
import { wgsl as source } from './columnSum.wgsl.ts';
import { columnSumKinds } from './options.ts';
import type { ColumnSumOptions } from './options.ts';

const kernel = 'columnSum';

/**
 * Records the sum of each column, `input.sum(0)`: the gradient of a bias. Blocks of rows are summed
 * first, then the sums of the blocks, in an order that depends on `rows` alone; on GPUs by trees.
 *
 * @throws KernelArgumentError
 */
export function columnSum(gpu: Gpu, options: ColumnSumOptions): void {
  requireKernelOptions(kernel, options, columnSumKinds);
  const { input, output, rows, columns, ...ending } = options;
  requireArray(kernel, 'input', input, { rows, columns }, floatTypes);
  requireArray(kernel, 'output', output, { columns }, singleTypes);
  requireSeparate(kernel, [input], [output]);
  const width = columns % 4 === 0 ? 4 : 1;
  const vectors = columns / width;
  const fitsGrid = vectors <= vectorsOfWorkgroup * mostWorkgroups && rows <= rowsOfWorkgroup * mostWorkgroups;
  if (!gpu.profile.software && fitsGrid) return sumByWorkgroups(gpu, options, width);
  if (fitOneBlock(rows)) {
    sumBlocks(gpu, options, width, columnBlocks(gpu.profile, rows, vectors, Math.max(1, rows)));
    return;
  }
  const split = columnBlocks(gpu.profile, rows, vectors);
  const sums = gpu.allocate('f32', split.blocks * columns, 'columnSum blocks');
  sumBlocks(gpu, { input, output: sums, rows, columns }, width, split);
  columnSum(gpu, { input: sums, output, rows: split.blocks, columns, ...ending });
  gpu.release(sums);
}

/** Rows that a workgroup sums on a GPU. */
const rowsOfWorkgroup = 1024;
/** Vectors of a row that a workgroup sums on a GPU. */
const vectorsOfWorkgroup = 8;
/** Workgroups along one dimension. */
const mostWorkgroups = 65535;

/** One dispatch for up to 1024 rows; with more, the sums of the blocks are summed again. */
function sumByWorkgroups(gpu: Gpu, options: ColumnSumOptions, width: 1 | 4): void {
  const { input, output, rows, columns, ...ending } = options;
  const blocks = Math.max(1, Math.ceil(rows / rowsOfWorkgroup));
  const sums = blocks === 1 ? output : gpu.allocate('f32', blocks * columns, 'columnSum blocks');
  const { factor = 1, accumulate = false }: Ending = blocks === 1 ? ending : {};
  const vectors = columns / width;
  gpu.dispatch({
    program: kernelProgram(`${kernel} by workgroup`, byWorkgroupSource, {
      access: elementAccess(gpu, { input }, { output: sums }, width),
      scaled: factor !== 1,
      accumulate,
    }),
    parameters: { integers: [rows, vectors, rowsOfWorkgroup], floats: [factor] },
    reads: [input],
    writes: [sums],
    workgroups: [Math.ceil(vectors / vectorsOfWorkgroup), blocks, 1],
    work: { bytes: columns * (rows * bytesPerElement[input.elementType] + 4 * blocks) },
  });
  if (blocks === 1) return;
  columnSum(gpu, { input: sums, output, rows: blocks, columns, ...ending });
  gpu.release(sums);
}

/** What happens to a sum before it is stored. */
type Ending = Pick<ColumnSumOptions, 'factor' | 'accumulate'>;

function sumBlocks(
  gpu: Gpu,
  { input, output, rows, columns, factor = 1, accumulate = false }: ColumnSumOptions,
  width: 1 | 4,
  { blocks, defines, integers, workgroups }: ColumnBlocks,
): void {
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, { input }, { output }, width),
      ...defines,
      scaled: factor !== 1,
      accumulate,
    }),
    parameters: { integers, floats: [factor] },
    reads: [input],
    writes: [output],
    workgroups,
    work: { bytes: columns * (rows * bytesPerElement[input.elementType] + 4 * blocks) },
  });
}
