import { contiguousStrides } from '@attune/kernels';
import { anyWholeNumber, array, arrayOf, requireArgument, shown, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape, shownExtents, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { readAxes, readAxis, withoutAxes } from '../axes.ts';
import { requireTensor } from '../checks.ts';
import { stridedResult, viewOf } from './strided.ts';
import type { DType } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/**
 * The same values in another shape with as many elements; one extent may be -1 and is inferred.
 * Memory is shared. Any element type; as `torch.reshape`. The gradient has the shape of `input`.
 *
 * @throws ShapeError, TensorError
 */
export function reshape<D extends DType>(input: Tensor<D>, shape: Shape): Tensor<D> {
  requireAtMost('reshape', 2, arguments, 'an array');
  requireTensor('reshape', 'input', input);
  requireArgument('reshape', 'shape', shape, extentsKind, ShapeError);
  const known = sizeOf(shape.filter((extent) => extent !== -1));
  const open = shape.filter((extent) => extent === -1).length;
  const rest = input.size / known;
  // With an extent of 0, any number would fit for -1.
  if (open > 1 || (open === 1 ? !Number.isInteger(rest) : known !== input.size))
    throw new ShapeError(
      `reshape: ${formatShape(input.shape)} has ${input.size} elements; ${formatShape(shape)} ${open > 0 ? 'leaves no single size for -1' : `has ${known}`}`,
    );
  const wanted = shape.map((extent) => (extent === -1 ? rest : extent));
  return viewOf('reshape', input, wanted);
}

/**
 * The dimensions from `startDim` to `endDim` merged to one, as `torch.flatten`. Memory is shared.
 * Any element type; the gradient has the shape of `input`.
 *
 * @throws ShapeError, TensorError
 */
export function flatten<D extends DType>(input: Tensor<D>, startDim = 0, endDim = -1): Tensor<D> {
  requireAtMost('flatten', 3, arguments);
  requireTensor('flatten', 'input', input);
  const { shape } = input;
  const first = readAxis('flatten', 'startDim', startDim, shape);
  const last = readAxis('flatten', 'endDim', endDim, shape);
  if (last < first)
    throw new ShapeError(`flatten: endDim ${endDim} comes before startDim ${startDim} in ${formatShape(shape)}`);
  return viewOf('flatten', input, [
    ...shape.slice(0, first),
    sizeOf(shape.slice(first, last + 1)),
    ...shape.slice(last + 1),
  ]);
}

/** PyTorch also takes dimensions one by one: `x.flip(0, 1)`. */
function requireOneList(operation: string, name: string, given: readonly unknown[]): void {
  if (given.length > 1)
    throw new TensorError(`${operation}: ${name} must be one number or one list, [${given.map(shown).join(', ')}]`);
}

/**
 * Removes dimensions of extent 1: the named ones, or all. Named ones of other extents stay, as in
 * `torch.squeeze`. Memory is shared. Any element type; the gradient has the shape of `input`.
 *
 * @throws ShapeError, TensorError
 */
export function squeeze<D extends DType>(
  input: Tensor<D>,
  dim?: number | readonly number[],
  ...more: never[]
): Tensor<D> {
  requireTensor('squeeze', 'input', input);
  requireOneList('squeeze', 'dim', [dim, ...more]);
  const axes = readAxes('squeeze', 'dim', dim, input.shape).filter((axis) => input.shape[axis] === 1);
  return viewOf('squeeze', input, withoutAxes(input.shape, axes, false));
}

/**
 * Inserts a dimension of extent 1 at `dim`, as `torch.unsqueeze`. Memory is shared. Any element
 * type; the gradient has the shape of `input`.
 *
 * @throws ShapeError, TensorError
 */
export function unsqueeze<D extends DType>(input: Tensor<D>, dim: number): Tensor<D> {
  requireAtMost('unsqueeze', 2, arguments);
  requireTensor('unsqueeze', 'input', input);
  return viewOf('unsqueeze', input, input.shape.toSpliced(readAxis('unsqueeze', 'dim', dim, input.shape, 1), 0, 1));
}

/**
 * Dimensions in another order: dimension `i` of the result is dimension `dims[i]` of the input, as
 * `torch.permute`. One copy, or none where the elements stay in order. Any element type. The
 * gradient is put back in order.
 *
 * @throws ShapeError, TensorError
 */
export function permute<D extends DType>(input: Tensor<D>, dims: readonly number[]): Tensor<D> {
  requireAtMost('permute', 2, arguments, 'an array');
  requireTensor('permute', 'input', input);
  requireArgument('permute', 'dims', dims, array, TensorError);
  const named = readAxes('permute', 'dims', dims, input.shape);
  if (named.length !== input.shape.length)
    throw new ShapeError(
      `permute: dims must name each of the ${input.shape.length} dimensions of ${formatShape(input.shape)}; got ${shown(dims)}`,
    );
  const order = dims.map((dim) => (dim < 0 ? dim + dims.length : dim));
  const strides = contiguousStrides(input.shape);
  const of = (values: readonly number[]) => order.map((axis) => values[axis] as number);
  return stridedResult('permute', input, of(input.shape), { strides: of(strides) });
}

/**
 * Swaps two dimensions, as `torch.transpose`. One copy. Any element type; the gradient is swapped
 * back.
 *
 * @throws ShapeError, TensorError
 */
export function transpose<D extends DType>(input: Tensor<D>, dim0: number, dim1: number): Tensor<D> {
  requireAtMost('transpose', 3, arguments);
  requireTensor('transpose', 'input', input);
  const first = readAxis('transpose', 'dim0', dim0, input.shape);
  const second = readAxis('transpose', 'dim1', dim1, input.shape);
  const dims = [...input.shape.keys()];
  return permute(
    input,
    dims.map((axis) => (axis === first ? second : axis === second ? first : axis)),
  );
}

/**
 * Repeats extents of 1 and adds dimensions in front; -1 keeps an extent. As `torch.expand`, but a
 * copy. The gradient is summed over the repeats. Any element type.
 *
 * @throws ShapeError, TensorError
 */
export function expand<D extends DType>(input: Tensor<D>, shape: Shape): Tensor<D> {
  requireAtMost('expand', 2, arguments, 'an array');
  requireTensor('expand', 'input', input);
  requireArgument('expand', 'shape', shape, extentsKind, ShapeError);
  const added = shape.length - input.shape.length;
  const strides = contiguousStrides(input.shape);
  const wanted = shape.map((extent, axis) => (extent === -1 ? (input.shape[axis - added] ?? -1) : extent));
  const fits = input.shape.every((extent, axis) => extent === wanted[axis + added] || extent === 1);
  if (added < 0 || !fits || wanted.includes(-1))
    throw new ShapeError(`expand: ${formatShape(input.shape)} cannot be expanded to ${formatShape(shape)}`);
  const repeated = wanted.map((extent, axis) =>
    axis < added || input.shape[axis - added] !== extent ? 0 : (strides[axis - added] as number),
  );
  return stridedResult('expand', input, wanted, { strides: repeated });
}

/**
 * Repeats the whole tensor along each dimension, and along new ones in front if there are more
 * numbers than dimensions. As `torch.Tensor.repeat`; gradients are summed. Any element type.
 *
 * @throws ShapeError, TensorError
 */
export function repeat<D extends DType>(input: Tensor<D>, repeats: readonly number[]): Tensor<D> {
  requireAtMost('repeat', 2, arguments, 'an array');
  requireTensor('repeat', 'input', input);
  requireArgument('repeat', 'repeats', repeats, countsKind, TensorError);
  const added = repeats.length - input.shape.length;
  if (added < 0)
    throw new ShapeError(
      `repeat: repeats must have a number for each of the ${input.shape.length} dimensions of ${formatShape(input.shape)}; got ${repeats.length}`,
    );
  const strides = contiguousStrides(input.shape);
  // Every dimension as two: the repeats, and the extent itself.
  const pairs = repeats.flatMap((count, axis) => [count, input.shape[axis - added] ?? 1]);
  const pairStrides = repeats.flatMap((_, axis) => [0, strides[axis - added] ?? 0]);
  const repeated = stridedResult('repeat', input, pairs, { strides: pairStrides });
  return reshape(
    repeated,
    repeats.map((count, axis) => count * (input.shape[axis - added] ?? 1)),
  );
}

/**
 * Reverses elements along these dimensions, as `torch.flip`. Any element type; the gradient is
 * reversed back.
 *
 * @throws ShapeError, TensorError
 */
export function flip<D extends DType>(input: Tensor<D>, dims: number | readonly number[], ...more: never[]): Tensor<D> {
  requireTensor('flip', 'input', input);
  requireOneList('flip', 'dims', [dims, ...more]);
  requireArgument('flip', 'dims', dims, dimsKind, TensorError);
  const { shape } = input;
  const axes = readAxes('flip', 'dims', dims, shape);
  const strides = contiguousStrides(shape);
  const ends = axes.map((axis) => Math.max(0, (shape[axis] as number) - 1) * (strides[axis] as number));
  return stridedResult('flip', input, shape, {
    strides: strides.map((stride, axis) => (axes.includes(axis) ? -stride : stride)),
    offset: ends.reduce((sum, end) => sum + end, 0),
  });
}

/**
 * The diagonal of two dimensions as a new last one: `output[…, i] = input[i, i + offset]`, as
 * `torch.diagonal`, but a copy. Any element type; the gradient is 0 off the diagonal.
 *
 * @param offset above the diagonal, or below where negative. Default 0
 * @throws ShapeError, TensorError
 */
export function diagonal<D extends DType>(input: Tensor<D>, offset = 0, dim0 = 0, dim1 = 1): Tensor<D> {
  requireAtMost('diagonal', 4, arguments);
  requireTensor('diagonal', 'input', input);
  requireArgument('diagonal', 'offset', offset, anyWholeNumber, TensorError);
  const { shape } = input;
  const row = readAxis('diagonal', 'dim0', dim0, shape);
  const column = readAxis('diagonal', 'dim1', dim1, shape);
  if (row === column)
    throw new ShapeError(
      `diagonal: dim0 and dim1 are the same dimension of ${formatShape(shape)}; got ${dim0} and ${dim1}`,
    );
  const strides = contiguousStrides(shape);
  const [down, right] = [strides[row] as number, strides[column] as number];
  const rows = (shape[row] as number) - Math.max(0, -offset);
  const columns = (shape[column] as number) - Math.max(0, offset);
  const kept = [...shape.keys()].filter((axis) => axis !== row && axis !== column);
  return stridedResult(
    'diagonal',
    input,
    [...kept.map((axis) => shape[axis] as number), Math.max(0, Math.min(rows, columns))],
    {
      strides: [...kept.map((axis) => strides[axis] as number), down + right],
      offset: offset < 0 ? -offset * down : offset * right,
    },
  );
}

const countsKind = arrayOf(wholeNumber(0), 'whole numbers of at least 0');
const dimsKind: Kind = {
  what: 'a dimension, or an array of them',
  holds: (value) => typeof value === 'number' || Array.isArray(value),
};
const extentsKind: Kind = {
  what: 'an array of whole numbers of at least 0, or -1, such as [2, -1]',
  found: shownExtents,
  holds: (value) => Array.isArray(value) && [...value].every((extent) => Number.isInteger(extent) && extent >= -1),
};
