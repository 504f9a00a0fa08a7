import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../gpuArray.ts';
import { floatTypes, requireArray, requireExtents, singleTypes } from '../arguments.ts';
import { elementAliases } from '../prelude.ts';
import { wgsl as source } from './columnSum.wgsl.ts';

export interface ColumnSumOptions {
  readonly input: GpuArray;
  readonly output: GpuArray;
  readonly rows: number;
  readonly columns: number;
  readonly accumulate?: boolean;
}

export function columnSum(gpu: Gpu, { input, output, rows, columns, accumulate = false }: ColumnSumOptions): void {
  requireExtents('columnSum', { rows, columns });
  requireArray('columnSum', 'input', input, { rows, columns }, floatTypes);
  requireArray('columnSum', 'output', output, { columns }, singleTypes);
  const aliases = elementAliases(gpu, 'columnSum', { Input: input });
  gpu.dispatch({
    program: { key: `columnSum ${aliases.key}`, source: () => aliases.text() + source },
    parameters: { integers: [rows, columns, accumulate ? 1 : 0] },
    reads: [input],
    writes: [output],
    workgroups: [Math.ceil(columns / 64), 1, 1],
  });
}
