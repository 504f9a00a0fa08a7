import * as kernels from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import type { DType } from '../../dtypes.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape, shapesEqual, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { around, readAxis } from '../axes.ts';
import { requireTensor } from '../checks.ts';
import { add } from '../elementwise/binary.ts';
import { expand, flatten } from '../movement/movement.ts';
import { pad } from '../movement/padding.ts';
import { narrow } from '../movement/slicing.ts';
import { readOperands } from '../operands.ts';
import { gathered, recordScatter, requireIndex } from './recordGather.ts';
import type { Index } from './recordGather.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Integers } from '../operands.ts';

/**
 * Checks that the extents of an index do not exceed those of the indexed tensor, except along one
 * dimension.
 */
function requireWithin(operation: string, name: string, index: Shape, other: Shape, axis: number | null): void {
  if (index.length === other.length && index.every((extent, at) => at === axis || extent <= (other[at] as number)))
    return;
  throw new ShapeError(
    `${operation}: index has the shape ${formatShape(index)} and ${name} ${formatShape(other)}; ` +
      `the index must have as many dimensions and be no longer${axis === null ? '' : `, except along dimension ${axis}`}`,
  );
}

/** The first elements along every dimension, as many as `shape` has; along `axis` all. */
function startOf<D extends DType>(input: Tensor<D>, shape: Shape, axis: number | null): Tensor<D> {
  return shape.reduce(
    (part, extent, at) => (at === axis || part.shape[at] === extent ? part : narrow(part, at, 0, extent)),
    input,
  );
}

/**
 * Elements selected along a dimension: for three dimensions and `dim` 1, `output[i][j][k] =
 * input[i][index[i][j][k]][k]`. A position out of range gives NaN (0 for whole numbers). Any
 * element type; an element that is selected more than once gets the sum of its gradients, in a
 * fixed order. As `torch.gather`.
 *
 * @param index i32 or u32, of as many dimensions, no longer than the input except along `dim`
 * @returns the shape of `index`
 * @throws ShapeError, TensorError
 */
export function gather<D extends DType, I extends DType>(input: Tensor<D>, dim: number, index: Integers<I>): Tensor<D> {
  requireAtMost('gather', 3, arguments);
  requireTensor('gather', 'input', input);
  const axis = readAxis('gather', 'dim', dim, input.shape);
  requireIndex('gather', index, input);
  requireWithin('gather', 'input', index.shape, input.shape, axis);
  const { array, shape } = index;
  const part = startOf(input, shape, axis);
  return gathered('gather', { input: part, axis, index: { array, places: shape[axis] ?? 1 }, shape });
}

/**
 * `input` plus, at the positions along a dimension that `index` names, the sums of `source`: for
 * three dimensions and `dim` 1, `output[i][index[i][j][k]][k] += source[i][j][k]`. Positions out of
 * range are left out. The order of summation is fixed. As `torch.scatter_add`. Of the type of both,
 * any but bool; whole numbers wrap. `input` gets the gradient unchanged, `source` the gradient of
 * its positions.
 *
 * @param index i32 or u32, of as many dimensions, no longer than `source`, nor than the input but
 *   along `dim`
 * @throws ShapeError, TensorError
 */
export function scatterAdd<D extends DType, I extends DType>(
  input: Tensor<D>,
  dim: number,
  index: Integers<I>,
  source: Tensor,
): Tensor<D> {
  requireAtMost('scatterAdd', 4, arguments);
  for (const [name, tensor] of Object.entries({ input, source })) requireTensor('scatterAdd', name, tensor);
  if (readOperands('scatterAdd', { input, source }).dtype === 'bool')
    throw new TensorError('scatterAdd: bool is not a numeric type; use cast()');
  const axis = readAxis('scatterAdd', 'dim', dim, input.shape);
  requireIndex('scatterAdd', index, input);
  requireWithin('scatterAdd', 'input', index.shape, input.shape, axis);
  requireWithin('scatterAdd', 'source', index.shape, source.shape, null);
  const part = startOf(source, index.shape, null);
  const shape = index.shape.map((extent, at) => (at === axis ? (input.shape[at] as number) : extent));
  const sums = scattered(part, axis, { array: index.array, places: index.shape[axis] ?? 1 }, shape);
  if (shapesEqual(shape, input.shape)) return add<Tensor, Tensor>(input, sums) as Tensor<D>;
  const missing = shape.map((extent, at) => [0, (input.shape[at] as number) - extent]);
  return add<Tensor, Tensor>(input, pad(sums, missing.toReversed().flat())) as Tensor<D>;
}

function scattered<D extends DType>(source: Tensor<D>, axis: number, index: Index, shape: Shape): Tensor<D> {
  const { device } = source;
  const array = device.allocate(source.array.elementType, Math.max(1, sizeOf(shape)), 'scatterAdd');
  recordScatter({ device, shape }, axis, index, source.array, array);
  return operationResult({
    operation: 'scatterAdd',
    inputs: [source],
    array,
    shape,
    backward: (gradients) =>
      gradients.add(source, (gradSource) =>
        kernels.gather(device, {
          ...around(shape, axis),
          places: index.places,
          index: index.array,
          input: gradients.output,
          output: gradSource,
        }),
      ),
  });
}

/**
 * As `gather`, with input and index broadcast to each other along all other dimensions: it takes
 * the elements that `argMax` and `argSort` name. As `torch.take_along_dim`. Any element type;
 * gradients are summed as there.
 *
 * @param dim without it both are flattened
 * @throws ShapeError, TensorError
 */
export function takeAlongDim<D extends DType, I extends DType>(
  input: Tensor<D>,
  index: Integers<I>,
  dim?: number | null,
): Tensor<D> {
  requireAtMost('takeAlongDim', 3, arguments);
  requireTensor('takeAlongDim', 'input', input);
  requireIndex('takeAlongDim', index, input);
  if (dim === undefined || dim === null) return gather<D, DType>(flatten(input), 0, flatten(index));
  const axis = readAxis('takeAlongDim', 'dim', dim, input.shape);
  const { shape } = input;
  const fits = (a: number, b: number) => a === b || a === 1 || b === 1;
  if (
    index.shape.length !== shape.length ||
    !shape.every((extent, at) => at === axis || fits(extent, index.shape[at] as number))
  )
    throw new ShapeError(
      `takeAlongDim: input has the shape ${formatShape(shape)} and index ${formatShape(index.shape)}; they must match except along dimension ${axis}`,
    );
  const common = shape.map((extent, at) => (extent === 1 ? (index.shape[at] as number) : extent));
  const wide = <E extends DType>(tensor: Tensor<E>) =>
    expand(
      tensor,
      common.map((extent, at) => (at === axis ? (tensor.shape[at] as number) : extent)),
    );
  return gather<D, DType>(wide(input), axis, wide(index));
}
