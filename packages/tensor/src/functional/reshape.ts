import * as kernels from '@attune/kernels';
import { operationResult } from '../autograd/operationResult.ts';
import { ShapeError } from '../errors.ts';
import { formatShape, sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

/** The same values under another shape with as many elements. Memory is shared. */
export function reshape(input: Tensor, shape: Shape): Tensor {
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
    backward: (gradients) =>
      gradients.add(input, (gradInput) =>
        kernels.scale(device, { input: gradients.output, output: gradInput, factor: 1, length }),
      ),
  });
}
