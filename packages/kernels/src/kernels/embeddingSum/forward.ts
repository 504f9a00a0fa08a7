import { KernelArgumentError } from '../../errors.ts';
import type { Gpu } from '../../gpu.ts';
import type { ElementType } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { rowIndexingFor } from '../../wgsl/rowIndexing.ts';
import { floatTypes, requireArray, requireExtents, requireSeparate, singleTypes } from '../validate.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { generatedWgsl, kernelProgram } from '../../wgsl/kernelProgram.ts';
import { wgsl as source } from './embeddingSum.wgsl.ts';
import type { EmbeddingSumOptions } from './options.ts';

const idTypes: readonly ElementType[] = ['u32', 'i32'];

const kernel = 'embeddingSum';

/**
 * Sums rows of several tables: `output[row] = sum over tables of table[ids[row]]`, as BERT sums
 * word, position and token type embeddings. Takes as many tables as the adapter binds: three
 * everywhere.
 *
 * @throws KernelArgumentError
 */
export function embeddingSum(gpu: Gpu, { tables, ids, output, rows, columns }: EmbeddingSumOptions): void {
  requireExtents(kernel, { rows, columns });
  const mostTables = Math.floor((gpu.info.limits.maxStorageBuffersPerShaderStage - 1) / 2);
  if (tables.length === 0 || tables.length !== ids.length || tables.length > mostTables) {
    throw new KernelArgumentError(
      `${kernel}: got ${tables.length} tables and ${ids.length} id arrays; it takes as many of both, 1 to ${mostTables} on this adapter`,
    );
  }
  for (const table of tables) requireArray(kernel, 'table', table, { 'table rows': 1, columns }, singleTypes);
  for (const array of ids) requireArray(kernel, 'ids', array, { rows }, idTypes);
  requireArray(kernel, 'output', output, { rows, columns }, floatTypes);
  const reads = [...tables, ...ids];
  requireSeparate(kernel, reads, [output]);
  if (rows === 0 || columns === 0) return;
  const width = columns % 4 === 0 ? 4 : 1;
  const { defines, matrix, workgroups } = rowIndexingFor(gpu.profile, rows, columns / width);
  gpu.dispatch({
    program: kernelProgram(kernel, source, {
      access: elementAccess(gpu, {}, { output }, width),
      tables: generatedWgsl({ tables: tables.length }, tableAccess),
      ...defines,
    }),
    parameters: { integers: [...matrix, ...tables.map((table) => Math.floor(table.length / columns))] },
    reads,
    writes: [output],
    workgroups,
    work: { bytes: rows * columns * (4 * tables.length + bytesPerElement[output.elementType]) },
  });
}

/** The bindings of the tables and ids, and the access to them, which depend on how many there are. */
function tableAccess({ tables: count }: { readonly tables: number }): string {
  const numbers = Array.from({ length: count }, (_, table) => table);
  return [
    `struct Parameters { elements: Matrix, ${numbers.map((table) => `rows${table}: u32`).join(', ')} }`,
    '@group(0) @binding(0) var<uniform> parameters: Parameters;',
    ...numbers.map((table) => `@group(0) @binding(${1 + table}) var<storage, read> table${table}: array<Values>;`),
    ...numbers.map((table) => `@group(0) @binding(${1 + count + table}) var<storage, read> ids${table}: array<u32>;`),
    `@group(0) @binding(${1 + 2 * count}) var<storage, read_write> output: array<Output>;`,
    `struct TableRows { ${numbers.map((table) => `begin${table}: u32`).join(', ')} }`,
    'fn tableRows(row: u32) -> TableRows {',
    ...numbers.map(
      (table) =>
        `  let begin${table} = min(ids${table}[row], parameters.rows${table} - 1) * parameters.elements.columns;`,
    ),
    `  return TableRows(${numbers.map((table) => `begin${table}`).join(', ')});`,
    '}',
    'fn tableSum(rows: TableRows, column: u32) -> Values {',
    `  return ${numbers.map((table) => `table${table}[rows.begin${table} + column]`).join(' + ')};`,
    '}',
    '',
  ].join('\n');
}
