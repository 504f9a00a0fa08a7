import * as kernels from '@attune/kernels';
import { instanceOf, requireArgument } from '@attune/validate';
import { allocateResult, operationResult } from '../../autograd/operation.ts';
import { TensorError } from '../../errors.ts';
import { asMatrix } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { requireFloats } from '../checks.ts';
import type { DType } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Floats } from '../operands.ts';

const indexArray = instanceOf(Uint32Array, 'a Uint32Array');

/**
 * Selected rows of a matrix: `output[i] = input[indices[i]]`, such as the first token of each
 * sequence. A row that is selected more than once gets the sum of its gradients, as in
 * `torch.index_select`. f32 or f16.
 *
 * @param input [rows, columns]
 * @returns [indices, columns]
 * @throws TensorError for an index outside the matrix
 */
export function gatherRows<D extends DType>(input: Floats<D>, indices: Uint32Array): Tensor<D> {
  requireAtMost('gatherRows', 2, arguments);
  requireFloats('gatherRows', 'input', input);
  requireArgument('gatherRows', 'indices', indices, indexArray, TensorError);
  const { device } = input;
  const { rows: inputRows, columns } = asMatrix(input.shape);
  const rows = indices.length;
  for (const index of indices) {
    if (index >= inputRows)
      throw new TensorError(`gatherRows: row ${index} is outside the matrix, which has ${inputRows} rows`);
  }
  const array = allocateResult(device, input.array.elementType, [rows, columns], 'gatherRows');
  const uploaded = device.upload(rows > 0 ? indices : new Uint32Array(1), 'u32', 'index of rows');
  kernels.gatherRows(device, { input: input.array, indices: uploaded, output: array, rows, columns });
  device.release(uploaded);
  // The caller may change the indices before the backward.
  const taken = indices.slice();
  return operationResult({
    operation: 'gatherRows',
    inputs: [input],
    array,
    shape: [rows, columns],
    backward: (gradients) =>
      gradients.add(input, (output) => {
        const segments = kernels.uploadSegments(device, kernels.segmentIds(taken));
        kernels.scatterRows(device, {
          input: gradients.output,
          segments,
          output,
          rows,
          outputRows: inputRows,
          columns,
        });
        device.release(segments.words);
      }),
  });
}
