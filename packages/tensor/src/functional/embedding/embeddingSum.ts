import { embeddingBackward, embeddingSum as embeddingSumKernel, segmentIds, uploadSegments } from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { arrayOf, instanceOf, optional, orNull, requireArgument, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { allocateResult, operationResult } from '../../autograd/operation.ts';
import type { Gradients } from '../../autograd/gradients.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { inSinglePrecision } from '../elementwise/castFloats.ts';
import { requireFloats, requireGivenOptions } from '../checks.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/** Options of `embeddingSum`. */
export interface EmbeddingSumOptions {
  /** For each table, a row that gets no gradient, as `padding_idx` in PyTorch. Default: none. */
  readonly paddingIndices?: readonly (number | null)[] | undefined;
}

/**
 * The sum of one row from each table: `output[i] = Σ tables[t][ids[t][i]]`. BERT sums word,
 * position and token type embeddings this way. Tables of f32 or f16 give f32; each row of a table
 * gets the sum of the gradients of all its uses.
 *
 * @param tables each [rows of the table, columns]
 * @param ids for each table, which row; host arrays, all of one length
 * @returns [ids, columns]
 * @throws ShapeError, and TensorError for an id outside its table
 */
export function embeddingSum(
  tables: readonly Tensor[],
  ids: readonly (Int32Array | Uint32Array)[],
  options: EmbeddingSumOptions = {},
): Tensor<'f32'> {
  requireAtMost('embeddingSum', 3, arguments);
  const { rows, columns } = readSizes(tables, ids, options);
  const embedded = takenRows(tables, ids, options);
  const { device, singles, uploads } = embedded;
  const array = allocateResult(device, 'f32', [rows, columns], operation);
  embeddingSumKernel(device, {
    tables: singles.map((table) => table.array),
    ids: uploads,
    output: array,
    rows,
    columns,
  });
  for (const upload of uploads) device.release(upload);
  return operationResult({
    operation,
    inputs: singles,
    array,
    shape: [rows, columns],
    backward: (gradients) => embedded.addGradients(gradients, gradients.output),
  });
}

const operation = 'embeddingSum';

/** Prepares checked tables and ids for a kernel, and the backward of their sum. */
export function takenRows(
  tables: readonly Tensor[],
  ids: readonly (Int32Array | Uint32Array)[],
  { paddingIndices = [] }: EmbeddingSumOptions,
) {
  // Rows are summed in f32.
  const singles = tables.map(inSinglePrecision) as [Tensor, ...Tensor[]];
  const [{ device, shape }] = singles;
  // Copies: the caller may change the ids before the backward pass.
  const taken = ids.map((values) => Uint32Array.from(values));
  return {
    device,
    singles,
    /** Released once the forward is recorded. */
    uploads: taken.map((values) => device.upload(values, 'u32', 'ids')),
    addGradients(gradients: Gradients, gradOutput: GpuArray): void {
      const sought = singles.flatMap((table, number) => {
        const gradTable = gradients.sum(table);
        return gradTable ? [{ gradTable, ids: taken[number] as Uint32Array, padding: paddingIndices[number] }] : [];
      });
      for (let first = 0; first < sought.length; first += tablesTogether) {
        const together = sought.slice(first, first + tablesTogether);
        const segments = uploadSegments(
          device,
          ...together.map(({ ids: rowIds, padding }) => segmentIds(rowIds, padding ?? undefined)),
        );
        embeddingBackward(device, {
          gradOutput,
          gradTable: together.map(({ gradTable }) => gradTable),
          segments,
          rows: together[0]?.ids.length ?? 0,
          columns: shape[1] as number,
        });
        device.release(segments.words);
      }
    },
  };
}

/** As many tables as one kernel takes. */
const tablesTogether = 4;

const tablesKind = arrayOf(instanceOf(Tensor), 'tensors');
const wholeNumbers: Kind = {
  what: 'an Int32Array or a Uint32Array',
  holds: (value) => value instanceof Int32Array || value instanceof Uint32Array,
};
const idsKind = arrayOf(wholeNumbers, 'Int32Array or Uint32Array');
const optionKinds = { paddingIndices: optional(arrayOf(orNull(wholeNumber(0)), 'row numbers, or null')) };

/** @returns rows and columns of the sum @throws ShapeError, TensorError */
export function readSizes(
  tables: readonly Tensor[],
  ids: readonly (Int32Array | Uint32Array)[],
  options: EmbeddingSumOptions,
): { rows: number; columns: number } {
  requireArgument(operation, 'tables', tables, tablesKind, TensorError);
  requireArgument(operation, 'ids', ids, idsKind, TensorError);
  requireGivenOptions(operation, options, optionKinds);
  const [first] = tables;
  if (!first || tables.length !== ids.length)
    throw new ShapeError(
      `${operation}: got ${tables.length} tables and ids for ${ids.length}; expected as many of both, at least one`,
    );
  const columns = first.shape[1] ?? 1;
  const rows = ids[0]?.length ?? 0;
  for (const [number, table] of tables.entries()) {
    requireFloats(operation, `table ${number}`, table, first);
    if (table.shape.length !== 2 || table.shape[1] !== columns)
      throw new ShapeError(
        `${operation}: table ${number} has the shape ${formatShape(table.shape)}; expected [rows, ${columns}]`,
      );
    const tableIds = ids[number] as Int32Array | Uint32Array;
    if (tableIds.length !== rows)
      throw new ShapeError(`${operation}: table ${number} has ${tableIds.length} ids and the first has ${rows}`);
    requireIds(tableIds, number, table.shape[0] as number);
  }
  return { rows, columns };
}

function requireIds(ids: Int32Array | Uint32Array, table: number, tableRows: number): void {
  for (let place = 0; place < ids.length; place++) {
    const id = ids[place] as number;
    if (id < 0 || id >= tableRows)
      throw new TensorError(
        `${operation}: id ${id} at index ${place} is outside table ${table}, which has ${tableRows} rows`,
      );
  }
}
