import * as kernels from '@attune/kernels';
import { allocateResult, operationResult } from '../autograd/operationResult.ts';
import { TensorError } from '../errors.ts';
import { asMatrix } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

/**
 * Some rows of a matrix, each at most once: `output[i] = input[indices[i]]`, such as the first
 * token of each sequence.
 *
 * @param input [rows, columns]
 * @returns [indices, columns]
 * @throws TensorError for an index outside the matrix
 */
export function gatherRows(input: Tensor, indices: Uint32Array): Tensor {
  const { device } = input;
  const { rows: inputRows, columns } = asMatrix(input.shape);
  const rows = indices.length;
  for (const index of indices) {
    if (index >= inputRows)
      throw new TensorError(`gatherRows: row ${index} lies outside the matrix, which has ${inputRows} rows`);
  }
  const array = allocateResult(device, input.dtype, [rows, columns], 'gatherRows');
  const uploaded = device.upload(indices, 'u32', 'rows to gather');
  kernels.gatherRows(device, { input: input.array, indices: uploaded, output: array, rows, columns });
  return operationResult({
    operation: 'gatherRows',
    inputs: [input],
    array,
    shape: [rows, columns],
    backward(gradients) {
      gradients.add(input, (gradInput) =>
        kernels.scatterRows(device, {
          input: gradients.output,
          indices: uploaded,
          output: gradInput,
          rows,
          outputRows: inputRows,
          columns,
        }),
      );
      device.release(uploaded);
    },
  });
}
