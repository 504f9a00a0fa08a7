import { embeddingBackward, embeddingSum as embeddingSumKernel, segmentIds, uploadSegments } from '@attune/kernels';
import { allocateResult, operationResult } from '../autograd/operationResult.ts';
import { ShapeError, TensorError } from '../errors.ts';
import { formatShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

export interface EmbeddingSumOptions {
  /** For each table, a row that gets no gradient, as `padding_idx` in PyTorch. Default: none. */
  readonly paddingIndices?: readonly (number | null)[];
}

/**
 * The sum of one row from each table: `output[i] = Σ tables[t][ids[t][i]]`. BERT sums word,
 * position and token type embeddings.
 *
 * @param tables each [rows of the table, columns]
 * @param ids for each table, which row; host arrays, all of one length
 * @returns [ids, columns]
 * @throws ShapeError, and TensorError for an id outside its table
 */
export function embeddingSum(
  tables: readonly Tensor[],
  ids: readonly (Int32Array | Uint32Array)[],
  { paddingIndices = [] }: EmbeddingSumOptions = {},
): Tensor {
  const operation = 'embeddingSum';
  const [first] = tables;
  const rows = ids[0]?.length ?? 0;
  if (!first || tables.length !== ids.length)
    throw new ShapeError(
      `${operation}: got ${tables.length} tables and ids for ${ids.length}; expected as many of both, at least one`,
    );
  const { device } = first;
  const columns = first.shape[1] ?? 1;
  for (const [number, table] of tables.entries()) {
    const tableIds = ids[number] as Int32Array | Uint32Array;
    if (table.shape.length !== 2 || table.shape[1] !== columns)
      throw new ShapeError(
        `${operation}: table ${number} has the shape ${formatShape(table.shape)}; expected [rows, ${columns}]`,
      );
    if (tableIds.length !== rows)
      throw new ShapeError(`${operation}: table ${number} has ${tableIds.length} ids and the first has ${rows}`);
    const tableRows = table.shape[0] as number;
    for (let place = 0; place < rows; place++) {
      const id = tableIds[place] as number;
      if (id < 0 || id >= tableRows)
        throw new TensorError(
          `${operation}: id ${id} at place ${place} lies outside table ${number}, which has ${tableRows} rows`,
        );
    }
  }
  const array = allocateResult(device, 'f32', [rows, columns], operation);
  const uploads = ids.map((values) => device.upload(Uint32Array.from(values), 'u32', 'ids'));
  embeddingSumKernel(device, {
    tables: tables.map((table) => table.array),
    ids: uploads,
    output: array,
    rows,
    columns,
  });
  for (const upload of uploads) device.release(upload);
  return operationResult({
    operation,
    inputs: tables,
    array,
    shape: [rows, columns],
    backward(gradients) {
      for (const [number, table] of tables.entries()) {
        const gradTable = gradients.sum(table);
        if (!gradTable) continue;
        const segments = uploadSegments(
          device,
          segmentIds(ids[number] as Uint32Array, paddingIndices[number] ?? undefined),
        );
        embeddingBackward(device, { gradOutput: gradients.output, gradTable, segments, rows, columns });
        device.release(segments.words);
      }
    },
  });
}
