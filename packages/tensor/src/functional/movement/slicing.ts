import { contiguousStrides } from '@attune/kernels';
import { arrayOf, requireArgument, shown, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { readAxis } from '../axes.ts';
import { requireTensor } from '../checks.ts';
import { stridedResult } from './strided.ts';
import type { DType } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/**
 * Elements of one dimension from `start` to before `end`, every `step`-th. Negative numbers count
 * from the end, and positions out of range are left out, as in Python. `null` stands for all.
 */
export type Range = readonly [start?: number | null, end?: number | null, step?: number] | null;

const rangeKind: Kind = {
  what: 'null, or [start, end, step] of whole numbers, where start and end may be null and step is at least 1',
  found: (value) => (typeof value === 'number' ? `${value}; one element is select(x, dim, ${value})` : undefined),
  holds: (value) =>
    value === null ||
    (Array.isArray(value) &&
      value.length <= 3 &&
      value.slice(0, 2).every((place) => place === null || place === undefined || Number.isInteger(place)) &&
      (value[2] === undefined || (Number.isInteger(value[2]) && value[2] >= 1))),
};

/**
 * A part of a tensor, a range for each dimension; those without one are kept whole. `slice(x, null,
 * [1, -1])` is PyTorch's `x[:, 1:-1]`. One copy, or none where all is kept; any element type. The
 * gradient is 0 outside.
 *
 * @throws ShapeError, TensorError
 */
export function slice<D extends DType>(input: Tensor<D>, ...ranges: readonly Range[]): Tensor<D> {
  requireTensor('slice', 'input', input);
  const { shape } = input;
  if (ranges.length > shape.length)
    throw new ShapeError(
      `slice: got ${ranges.length} ranges for the ${shape.length} dimensions of ${formatShape(shape)}`,
    );
  const strides = contiguousStrides(shape);
  let offset = 0;
  const extents = shape.map((extent, axis) => {
    const range = ranges[axis] ?? null;
    requireArgument('slice', `range ${axis}`, range, rangeKind, TensorError);
    const [start, end, step = 1] = range ?? [];
    const place = (value: number) => Math.min(extent, Math.max(0, value < 0 ? value + extent : value));
    const [first, last] = [place(start ?? 0), place(end ?? extent)];
    const stride = strides[axis] as number;
    strides[axis] = stride * step;
    const count = Math.max(0, Math.ceil((last - first) / step));
    if (count > 0) offset += first * stride;
    return count;
  });
  return stridedResult('slice', input, extents, { strides, offset });
}

/**
 * One element of a dimension, which is removed: `select(x, 0, -1)` is the last row. As
 * `torch.select`, but a copy. Any element type; the gradient is 0 outside.
 *
 * @throws ShapeError, TensorError
 */
export function select<D extends DType>(input: Tensor<D>, dim: number, index: number): Tensor<D> {
  requireAtMost('select', 3, arguments);
  requireTensor('select', 'input', input);
  const { shape } = input;
  const axis = readAxis('select', 'dim', dim, shape);
  const extent = shape[axis] ?? 0;
  if (!Number.isInteger(index) || index < -extent || index >= extent)
    throw new ShapeError(
      `select: index must be a whole number from ${-extent} to ${extent - 1} for dimension ${axis} of ${formatShape(shape)}; got ${shown(index)}`,
    );
  const strides = contiguousStrides(shape);
  const offset = (index < 0 ? index + extent : index) * (strides[axis] as number);
  return stridedResult('select', input, shape.toSpliced(axis, 1), { strides: strides.toSpliced(axis, 1), offset });
}

/**
 * `length` elements of a dimension from `start` on, as `torch.narrow`, but a copy. Any element
 * type; the gradient is 0 outside.
 *
 * @throws ShapeError, TensorError
 */
export function narrow<D extends DType>(input: Tensor<D>, dim: number, start: number, length: number): Tensor<D> {
  requireAtMost('narrow', 4, arguments);
  requireTensor('narrow', 'input', input);
  const { shape } = input;
  const axis = readAxis('narrow', 'dim', dim, shape);
  const extent = shape[axis] ?? 0;
  const first = Number.isInteger(start) && start < 0 ? start + extent : start;
  const fits =
    Number.isInteger(first) && Number.isInteger(length) && first >= 0 && length >= 0 && first + length <= extent;
  if (!fits || shape.length === 0)
    throw new ShapeError(
      `narrow: start ${shown(start)} and length ${shown(length)} do not lie within the ${extent} elements of dimension ${axis} of ${formatShape(shape)}`,
    );
  return part(input, axis, first, length, 'narrow');
}

const sizesKind: Kind = {
  ...arrayOf(wholeNumber(0), ''),
  what: 'a whole number of at least 1, or an array of whole numbers',
};

/**
 * Parts of a dimension, each of `size` elements except the last, or of the given sizes. As
 * `torch.split`, but copies. Any element type; the gradient of each flows to its part of `input`.
 *
 * @throws ShapeError, TensorError
 */
export function split<D extends DType>(input: Tensor<D>, size: number | readonly number[], dim = 0): Tensor<D>[] {
  requireAtMost('split', 3, arguments);
  requireTensor('split', 'input', input);
  const { shape } = input;
  const axis = readAxis('split', 'dim', dim, shape);
  const extent = shape[axis];
  if (extent === undefined) throw new ShapeError('split: a scalar has no dimension to split');
  if (typeof size === 'number') {
    requireArgument('split', 'size', size, wholeNumber(1), TensorError);
    return parts(
      input,
      axis,
      Array.from({ length: Math.max(1, Math.ceil(extent / size)) }, (_, number) =>
        Math.min(size, extent - number * size),
      ),
      'split',
    );
  }
  requireArgument('split', 'size', size, sizesKind, TensorError);
  if (size.reduce((sum, length) => sum + length, 0) !== extent)
    throw new ShapeError(
      `split: the sizes ${formatShape(size)} do not add up to ${extent}, dimension ${axis} of ${formatShape(shape)}`,
    );
  return parts(input, axis, size, 'split');
}

/**
 * At most `chunks` parts of a dimension, all of one size except the last. As `torch.chunk`, but
 * copies. Any element type; the gradient of each flows to its part of `input`.
 *
 * @throws ShapeError, TensorError
 */
export function chunk<D extends DType>(input: Tensor<D>, chunks: number, dim = 0): Tensor<D>[] {
  requireAtMost('chunk', 3, arguments);
  requireTensor('chunk', 'input', input);
  requireArgument('chunk', 'chunks', chunks, wholeNumber(1), TensorError);
  const axis = readAxis('chunk', 'dim', dim, input.shape);
  const extent = input.shape[axis];
  if (extent === undefined) throw new ShapeError('chunk: a scalar has no dimension to split');
  if (extent === 0)
    return parts(
      input,
      axis,
      Array.from({ length: chunks }, () => 0),
      'chunk',
    );
  return split(input, Math.ceil(extent / chunks), axis);
}

function parts<D extends DType>(
  input: Tensor<D>,
  axis: number,
  sizes: readonly number[],
  operation: string,
): Tensor<D>[] {
  let start = 0;
  return sizes.map((length) => {
    start += length;
    return part(input, axis, start - length, length, operation);
  });
}

function part<D extends DType>(
  input: Tensor<D>,
  axis: number,
  start: number,
  length: number,
  operation: string,
): Tensor<D> {
  const strides = contiguousStrides(input.shape);
  const offset = length === 0 ? 0 : start * (strides[axis] as number);
  return stridedResult(operation, input, input.shape.with(axis, length), { strides, offset });
}
