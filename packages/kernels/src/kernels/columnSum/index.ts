import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../gpuArray.ts';
import { bytesPerElement } from '../../gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate, singleTypes } from '../arguments.ts';
import { elementAccess } from '../prelude.ts';
import { leastRowsOfBlock, rowsOfBlock } from './rowsOfBlock.ts';
import { wgsl as source } from './columnSum.wgsl.ts';

export interface ColumnSumOptions {
  /** f32 or f16 `[rows, columns]`. */
  readonly input: GpuArray;
  /** f32 `[columns]`. */
  readonly output: GpuArray;
  readonly rows: number;
  readonly columns: number;
  /** Add to what `output` holds. Default false. */
  readonly accumulate?: boolean;
}

const kernel = 'columnSum';
/**
 * Sum of each column, `input.sum(0)`: the gradient of a bias. Blocks of rows are summed first, then the blocks' sums, in an order that depends on
 * `rows` alone.
 *
 * @throws KernelArgumentError
 */
export function columnSum(gpu: Gpu, { input, output, rows, columns, accumulate = false }: ColumnSumOptions): void {
  requireExtents(kernel, { rows, columns });
  requireArray(kernel, 'input', input, { rows, columns }, floatTypes);
  requireArray(kernel, 'output', output, { columns }, singleTypes);
  requireSeparate(kernel, [input], [output]);
  const rowsPerBlock = rowsOfBlock(rows);
  const blocks = Math.ceil(rows / rowsPerBlock);
  // Few blocks are not worth a second dispatch.
  if (rows <= 2 * leastRowsOfBlock) {
    sumBlocks(gpu, input, output, { rows, columns, rowsPerBlock: rows, blocks: 1 }, accumulate);
    return;
  }
  const sums = gpu.allocate('f32', blocks * columns, 'columnSum blocks');
  sumBlocks(gpu, input, sums, { rows, columns, rowsPerBlock, blocks }, false);
  columnSum(gpu, { input: sums, output, rows: blocks, columns, accumulate });
  gpu.release(sums);
}

interface Blocks {
  readonly rows: number;
  readonly columns: number;
  readonly rowsPerBlock: number;
  readonly blocks: number;
}

function sumBlocks(
  gpu: Gpu,
  input: GpuArray,
  output: GpuArray,
  { rows, columns, rowsPerBlock, blocks }: Blocks,
  accumulate: boolean,
): void {
  const width = columns % 4 === 0 ? 4 : 1;
  const groups = columns / width;
  const access = elementAccess(gpu, { input }, { output }, width);
  gpu.dispatch({
    program: {
      key: `${kernel} ${access.key}${accumulate ? ' added' : ''}`,
      source: () => `${access.text()}const accumulate = ${accumulate};\n${source}`,
    },
    parameters: { integers: [rows, groups, rowsPerBlock, blocks] },
    reads: [input],
    writes: [output],
    workgroups: spreadWorkgroups(Math.ceil((blocks * groups) / 64)),
    work: { bytes: columns * (rows * bytesPerElement[input.elementType] + 4 * blocks) },
  });
}
