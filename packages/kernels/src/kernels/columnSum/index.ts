import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate, singleTypes } from '../validate.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { columnBlocks, fitOneBlock } from './columnBlocks.ts';
import type { ColumnBlocks } from './columnBlocks.ts';
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
 * Sum of each column, `input.sum(0)`: the gradient of a bias. Blocks of rows are summed first, then
 * the blocks' sums, in an order that depends on `rows` alone.
 *
 * @throws KernelArgumentError
 */
export function columnSum(gpu: Gpu, { input, output, rows, columns, accumulate = false }: ColumnSumOptions): void {
  requireExtents(kernel, { rows, columns });
  requireArray(kernel, 'input', input, { rows, columns }, floatTypes);
  requireArray(kernel, 'output', output, { columns }, singleTypes);
  requireSeparate(kernel, [input], [output]);
  const width = columns % 4 === 0 ? 4 : 1;
  const groups = columns / width;
  if (fitOneBlock(rows)) {
    sumBlocks(
      gpu,
      { input, output, rows, columns, accumulate },
      width,
      columnBlocks(gpu.profile, rows, groups, Math.max(1, rows)),
    );
    return;
  }
  const dealt = columnBlocks(gpu.profile, rows, groups);
  const sums = gpu.allocate('f32', dealt.blocks * columns, 'columnSum blocks');
  sumBlocks(gpu, { input, output: sums, rows, columns }, width, dealt);
  columnSum(gpu, { input: sums, output, rows: dealt.blocks, columns, accumulate });
  gpu.release(sums);
}

function sumBlocks(
  gpu: Gpu,
  { input, output, rows, columns, accumulate = false }: ColumnSumOptions,
  width: 1 | 4,
  { blocks, text, integers, workgroups }: ColumnBlocks,
): void {
  const access = elementAccess(gpu, { input }, { output }, width);
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
