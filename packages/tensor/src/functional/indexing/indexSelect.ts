import { instanceOf, oneOfKinds, requireArgument } from '@attune/validate';
import type { Kind } from '@attune/validate';
import type { DType } from '../../dtypes.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { readAxis } from '../axes.ts';
import { requireTensor } from '../checks.ts';
import { gathered, requireIndex } from './recordGather.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Integers } from '../operands.ts';

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((number) => Number.isInteger(number));
const numbersKind: Kind = oneOfKinds(
  'a Tensor of i32 or u32, or whole numbers in an array',
  instanceOf(Tensor),
  instanceOf(Int32Array),
  instanceOf(Uint32Array),
  { what: '', holds: isNumbers },
);

/**
 * Selected elements along a dimension, in the order of the index: `indexSelect(x, 0, [2, 0])` is
 * rows 2 and 0. Any element type; gradients of elements that are selected more than once are summed
 * in a fixed order. As `torch.index_select`.
 *
 * @param index positions from 0 on: an array, which is checked, or a tensor of one dimension, where
 *   a position out of range gives NaN
 * @throws ShapeError, TensorError
 */
export function indexSelect<D extends DType, I extends DType>(
  input: Tensor<D>,
  dim: number,
  index: Integers<I> | Int32Array | Uint32Array | readonly number[],
): Tensor<D> {
  requireAtMost('indexSelect', 3, arguments);
  return indexSelectBut(input, dim, index, null);
}

/**
 * `indexSelect` without a gradient for the elements at one position.
 *
 * @throws ShapeError, TensorError
 */
export function indexSelectBut<D extends DType>(
  input: Tensor<D>,
  dim: number,
  index: Tensor | Int32Array | Uint32Array | readonly number[],
  without: number | null,
): Tensor<D> {
  requireTensor('indexSelect', 'input', input);
  const axis = readAxis('indexSelect', 'dim', dim, input.shape);
  requireArgument('indexSelect', 'index', index, numbersKind, TensorError);
  const { device, shape } = input;
  const extent = shape[axis];
  if (extent === undefined) throw new ShapeError('indexSelect: a scalar has no dimension to choose from');
  if (index instanceof Tensor) {
    requireIndex('indexSelect', index, input);
    if (index.shape.length !== 1)
      throw new ShapeError(`indexSelect: index must have one dimension; its shape is ${formatShape(index.shape)}`);
  } else {
    const outside = index.findIndex((number) => number < 0 || number >= extent);
    if (outside >= 0)
      throw new ShapeError(
        `indexSelect: index ${outside} is ${index[outside]}, outside the ${extent} elements of dimension ${axis} of ${formatShape(shape)}`,
      );
  }
  const places = index instanceof Tensor ? index.size : index.length;
  // The caller may change or release an index before the backward, so it is copied.
  const array =
    index instanceof Tensor
      ? index.array
      : device.upload(places > 0 ? Int32Array.from(index) : new Int32Array(1), 'i32', 'index to select by');
  return gathered('indexSelect', {
    input,
    axis,
    index: { array, places, strides: { outer: 0, place: 1, inner: 0 } },
    shape: shape.with(axis, places),
    without,
  });
}
