import * as kernels from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import { isFloat, sumType } from '../../dtypes.ts';
import type { DType, SumOf } from '../../dtypes.ts';
import { Tensor } from '../../tensor.ts';
import { around, readAxis } from '../axes.ts';
import { requireTensor } from '../checks.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/**
 * Running sums along a dimension: f32 for floats, i32 for bool; whole numbers keep their type and
 * wrap at 32 bits. As `torch.cumsum`, which has 64 bits. Of the shape of `input`; the gradient is
 * its running sum from the end.
 *
 * @throws ShapeError, TensorError
 */
export function cumsum<D extends DType>(input: Tensor<D>, dim: number): Tensor<SumOf<D>> {
  requireAtMost('cumsum', 2, arguments);
  requireTensor('cumsum', 'input', input);
  const { device, shape } = input;
  const layout = around(shape, readAxis('cumsum', 'dim', dim, shape));
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
