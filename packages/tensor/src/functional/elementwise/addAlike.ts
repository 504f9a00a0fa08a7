import { add } from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import type { DType } from '../../dtypes.ts';
import { requireShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { requireFloats } from '../checks.ts';

/** The sum of two float tensors of one shape, in the type of the first. */
export function addAlike<D extends DType>(a: Tensor, b: Tensor): Tensor<D> {
  const { device, size: length } = a;
  const array = device.allocate(a.array.elementType, a.array.length, 'add');
  add(device, { a: a.array, b: b.array, output: array, length });
  return operationResult({
    operation: 'add',
    inputs: [a, b],
    array,
    shape: a.shape,
    backward(gradients) {
      gradients.handOn(a);
      gradients.handOn(b);
    },
  });
}

/**
 * `add` for float tensors of one shape, such as outputs of layers: a page that uses it need not
 * load broadcasting.
 *
 * @throws ShapeError, TensorError
 */
export function addOfOneShape(a: Tensor, b: Tensor): Tensor {
  requireFloats('add', 'a', a);
  requireFloats('add', 'b', b, a);
  requireShape('add', 'b', b.shape, a.shape);
  return addAlike(a, b);
}
