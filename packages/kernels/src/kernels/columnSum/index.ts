import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../gpuArray.ts';
import { bytesPerElement } from '../../gpuArray.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate, singleTypes } from '../arguments.ts';
import { elementAccess } from '../prelude.ts';
import { columnBlocks, fitOneBlock } from './columnBlocks.ts';
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
 * Sum of each column, `input.sum(0)`: the gradient of a bias. Blocks of rows are summed first, then the blocks' sums, in an order that
 * depends on `rows` alone.
 *
 * @throws KernelArgumentError
 */
export function columnSum(gpu: Gpu, { input, output, rows, columns, accumulate = false }: ColumnSumOptions): void {
  requireExtents(kernel, { rows, columns });
  requireArray(kernel, 'input', input, { rows, columns }, floatTypes);
  requireArray(kernel, 'output', output, { columns }, singleTypes);
  requireSeparate(kernel, [input], [output]);
  if (fitOneBlock(rows)) {
    sumBlocks(gpu, { input, output, rows, columns, accumulate }, Math.max(1, rows));
    return;
  }
  const { blocks } = columnBlocks(gpu.profile, rows, columns);
  const sums = gpu.allocate('f32', blocks * columns, 'columnSum blocks');
  sumBlocks(gpu, { input, output: sums, rows, columns });
  columnSum(gpu, { input: sums, output, rows: blocks, columns, accumulate });
  gpu.release(sums);
}

function sumBlocks(gpu: Gpu, { input, output, rows, columns, accumulate = false }: ColumnSumOptions, rowsPerBlock?: number): void {
  const width = columns % 4 === 0 ? 4 : 1;
  const access = elementAccess(gpu, { input }, { output }, width);
  const { blocks, text, integers, workgroups } = columnBlocks(gpu.profile, rows, columns / width, rowsPerBlock);
  gpu.dispatch({
    program: {
      key: `${kernel} ${access.key}${accumulate ? ' added' : ''}`,
      source: () => `${access.text()}const accumulate = ${accumulate};\n${text}${source}`,
    },
    parameters: { integers },
    reads: [input],
    writes: [output],
    workgroups,
    work: { bytes: columns * (rows * bytesPerElement[input.elementType] + 4 * blocks) },
  });
}
