import * as kernels from '@attune/kernels';
import type { GpuArray } from '@attune/kernels';
import { instanceOf, requireArgument } from '@attune/validate';
import { allocateResult, operationResult } from '../autograd/operation.ts';
import type { Device } from '../device.ts';
import { ShapeError, TensorError } from '../errors.ts';
import { asMatrix, formatShape, requireExtents, sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { requireFloats } from './checks.ts';

/**
 * The same values under another shape with as many elements. Memory is shared.
 *
 * @throws ShapeError, TensorError
 */
export function reshape(input: Tensor, shape: Shape): Tensor {
  requireFloats('reshape', 'input', input);
  requireExtents('reshape', shape);
  if (sizeOf(shape) !== input.size)
    throw new ShapeError(
      `reshape: ${formatShape(input.shape)} has ${input.size} elements; ${formatShape(shape)} has ${sizeOf(shape)}`,
    );
  const { device, size: length } = input;
  return operationResult({
    operation: 'reshape',
    inputs: [input],
    array: input.array,
    shape,
    isView: true,
    backward: (gradients) =>
      gradients.add(input, (gradInput) =>
        kernels.scale(device, { input: gradients.output, output: gradInput, factor: 1, length }),
      ),
  });
}

const indexArray = instanceOf(Uint32Array, 'a Uint32Array');

/**
 * Some rows of a matrix: `output[i] = input[indices[i]]`, such as the first token of each sequence.
 * A row that comes more than once gets the sum of its gradients, as in `torch.index_select`.
 *
 * @param input [rows, columns]
 * @returns [indices, columns]
 * @throws TensorError for an index outside the matrix
 */
export function gatherRows(input: Tensor, indices: Uint32Array): Tensor {
  requireFloats('gatherRows', 'input', input);
  requireArgument('gatherRows', 'indices', indices, indexArray, TensorError);
  const { device } = input;
  const { rows: inputRows, columns } = asMatrix(input.shape);
  const rows = indices.length;
  for (const index of indices) {
    if (index >= inputRows)
      throw new TensorError(`gatherRows: row ${index} lies outside the matrix, which has ${inputRows} rows`);
  }
  const array = allocateResult(device, input.dtype, [rows, columns], 'gatherRows');
  const uploaded = device.upload(rows > 0 ? indices : new Uint32Array(1), 'u32', 'rows to gather');
  kernels.gatherRows(device, { input: input.array, indices: uploaded, output: array, rows, columns });
  const repeats = new Set(indices).size < rows;
  return operationResult({
    operation: 'gatherRows',
    inputs: [input],
    array,
    shape: [rows, columns],
    saved: [uploaded],
    backward: (gradients) =>
      gradients.add(input, (output) => {
        const given = { input: gradients.output, output, rows, outputRows: inputRows, columns };
        if (repeats) addRows(device, indices, given);
        else kernels.scatterRows(device, { ...given, indices: uploaded });
      }),
  });
}

interface RowsToAdd {
  readonly input: GpuArray;
  readonly output: GpuArray;
  readonly rows: number;
  readonly outputRows: number;
  readonly columns: number;
}

/** Records: `output[i]` = sum of the rows of the input whose index is i, in f32. */
function addRows(device: Device, indices: Uint32Array, { input, output, rows, outputRows, columns }: RowsToAdd): void {
  const inF32 = (array: GpuArray, length: number) =>
    array.elementType === 'f32' ? array : device.allocate('f32', length, 'rows in f32');
  const gradOutput = inF32(input, rows * columns);
  const gradTable = inF32(output, outputRows * columns);
  if (gradOutput !== input) kernels.cast(device, { input, output: gradOutput, length: rows * columns });
  device.clear(gradTable);
  const segments = kernels.uploadSegments(device, kernels.segmentIds(indices));
  kernels.embeddingBackward(device, { gradOutput, gradTable, segments, rows, columns });
  if (gradTable !== output) kernels.cast(device, { input: gradTable, output, length: outputRows * columns });
  device.release(segments.words);
  if (gradOutput !== input) device.release(gradOutput);
  if (gradTable !== output) device.release(gradTable);
}
