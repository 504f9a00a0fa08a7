import * as kernels from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import { isFloat, sumType } from '../../dtypes.ts';
import type { DType, SumOf } from '../../dtypes.ts';
import { Tensor } from '../../tensor.ts';
import { around, requireAxis } from '../axes.ts';
import { requireTensor } from '../checks.ts';

/**
 * Running sums along a dimension, f32 of floats; i32 of bool, and whole numbers of their type,
 * which wrap beyond 32 bits. As `torch.cumsum`, whose sums have 64. Of the shape of `input`; the
 * gradient is its running sum from the end.
 *
 * @throws ShapeError, TensorError
 */
export function cumsum<D extends DType>(input: Tensor<D>, dim: number): Tensor<SumOf<D>> {
  requireTensor('cumsum', 'input', input);
  const { device, shape } = input;
  const layout = around(shape, requireAxis('cumsum', 'dim', dim, shape));
  const array = device.allocate(sumType(input.dtype as DType), Math.max(1, input.size), 'cumsum');
  kernels.cumsum(device, { ...layout, input: input.array, output: array });
  if (!isFloat(input.dtype)) return new Tensor({ array, shape, device });
  return operationResult({
    operation: 'cumsum',
    inputs: [input],
    array,
    shape,
    backward: (gradients) =>
      gradients.add(input, (output) =>
        kernels.cumsum(device, { ...layout, input: gradients.output, output, reversed: true }),
      ),
  });
}
