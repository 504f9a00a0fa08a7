import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { rowIndexingFor } from '../../wgsl/rowIndexing.ts';
import { floatTypes, requireArray, requireKernelOptions, requireSeparate } from '../validate.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { embeddedRows, requireEmbeddedRows, rowsOfTables } from './embeddedRows.ts';
import { wgsl as source } from './embeddingSum.wgsl.ts';
import { embeddingSumKinds } from './options.ts';
import type { EmbeddingSumOptions } from './options.ts';

const kernel = 'embeddingSum';

/**
 * Records sums of rows of several tables: `output[row] = sum over tables of table[ids[row]]`, as
 * BERT sums word, position and token type embeddings. Takes as many tables as the adapter can bind:
 * at least three.
 *
 * @throws KernelArgumentError
 */
export function embeddingSum(gpu: Gpu, options: EmbeddingSumOptions): void {
  requireKernelOptions(kernel, options, embeddingSumKinds);
  const { tables, ids, output, rows, columns } = options;
  const mostTables = Math.floor((gpu.info.limits.maxStorageBuffersPerShaderStage - 1) / 2);
  if (tables.length === 0 || tables.length !== ids.length || tables.length > mostTables) {
    throw new KernelArgumentError(
      `${kernel}: got ${tables.length} tables and ${ids.length} ids; it takes as many arrays of both, 1 to ${mostTables} on this adapter`,
    );
  }
  requireEmbeddedRows(kernel, { tables, ids }, { rows, columns });
  requireArray(kernel, 'output', output, { rows, columns }, floatTypes);
  const reads = [...tables, ...ids];
  requireSeparate(kernel, reads, [output]);
  if (rows === 0 || columns === 0) return;
  const width = columns % 4 === 0 ? 4 : 1;
  const { defines, matrix, workgroups } = rowIndexingFor(gpu.profile, rows, columns / width);
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, {}, { output }, width),
      tables: embeddedRows(tables.length, { before: 'elements: Matrix', after: '' }, 'parameters.elements.columns'),
      ...defines,
    }),
    parameters: { integers: [...matrix, ...tables.map((table) => rowsOfTables(table, columns))] },
    reads,
    writes: [output],
    workgroups,
    work: { bytes: rows * columns * (4 * tables.length + bytesPerElement[output.elementType]) },
  });
}
