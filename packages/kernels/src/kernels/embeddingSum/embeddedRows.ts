import { KernelArgumentError } from '../../errors.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { generatedWgsl } from '../../wgsl/kernelProgram.ts';
import type { GeneratedWgsl } from '../../wgsl/preprocess.ts';
import { requireArray, singleTypes } from '../validate.ts';

const idTypes: readonly ElementType[] = ['u32', 'i32'];

interface EmbeddedRows {
  readonly tables: readonly GpuArray[];
  readonly ids: readonly GpuArray[];
}

/** @throws KernelArgumentError where tables, ids and rows do not fit together */
export function requireEmbeddedRows(
  kernel: string,
  { tables, ids }: EmbeddedRows,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): void {
  if (tables.length === 0 || tables.length !== ids.length)
    throw new KernelArgumentError(
      `${kernel}: got ${tables.length} tables and ${ids.length} ids; it takes as many arrays of both, at least one`,
    );
  for (const table of tables) requireArray(kernel, 'table', table, { 'table rows': 1, columns }, singleTypes);
  for (const array of ids) requireArray(kernel, 'ids', array, { rows }, idTypes);
}

/** Number of rows of a table. */
export const rowsOfTables = (table: GpuArray, columns: number): number => Math.floor(table.length / columns);

/**
 * Writes the bindings of any number of tables and their ids, and the access to their sum:
 * tableRows(row) returns where each table's row for an output row starts, and tableSum(tableRows,
 * column) sums one vector over the tables.
 *
 * @param options fields of the parameters, before and after the row counts of the tables
 * @param columns vectors of a row
 */
export function embeddedRows(
  count: number,
  { before, after }: { readonly before: string; readonly after: string },
  columns: string,
): GeneratedWgsl {
  return generatedWgsl({ tables: count }, () => {
    const each = (write: (table: number) => string) => Array.from({ length: count }, (_, table) => write(table));
    const rows = each((table) => `rows${table}: u32`);
    return [
      `struct Parameters { ${[before, ...rows, ...(after ? [after] : [])].join(', ')} }`,
      '@group(0) @binding(0) var<uniform> parameters: Parameters;',
      ...each((table) => `@group(0) @binding(next) var<storage, read> table${table}: array<Values>;`),
      ...each((table) => `@group(0) @binding(next) var<storage, read> ids${table}: array<u32>;`),
      `struct TableRows { ${each((table) => `begin${table}: u32`).join(', ')} }`,
      'fn tableRows(row: u32) -> TableRows {',
      `  return TableRows(${each((table) => `min(ids${table}[row], parameters.rows${table} - 1) * ${columns}`).join(', ')});`,
      '}',
      'fn tableSum(rows: TableRows, column: u32) -> Values {',
      `  return ${each((table) => `table${table}[rows.begin${table} + column]`).join(' + ')};`,
      '}',
      '',
    ].join('\n');
  });
}
