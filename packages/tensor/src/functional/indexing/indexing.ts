import * as kernels from '@attune/kernels';
import type { GpuArray, IndexStrides, UnaryMember } from '@attune/kernels';
import { oneOfKinds, requireArgument } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { operationResult } from '../../autograd/operation.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape, shapesEqual, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { around, requireAxis } from '../axes.ts';
import { add } from '../elementwise/binary.ts';
import { requireDeviceOf, requireTensor } from '../checks.ts';
import { requireOperands } from '../operands.ts';
import { expand, flatten } from '../movement/movement.ts';
import { pad } from '../movement/padding.ts';
import { narrow } from '../movement/slicing.ts';
import type { DType } from '../../dtypes.ts';

/** Numbers of elements along an axis, on the GPU; strides where one index serves all rows. */
interface Index {
  readonly array: GpuArray;
  readonly places: number;
  readonly strides?: IndexStrides;
}

function requireIndex(operation: string, index: Tensor, input: Tensor): void {
  requireTensor(operation, 'index', index);
  if (index.dtype !== 'i32' && index.dtype !== 'u32')
    throw new TensorError(`${operation}: index must be a tensor of i32 or u32; it is one of ${index.dtype}`);
  requireDeviceOf(operation, 'index', index, input);
}

/**
 * The extents of an index along every dimension but one must lie within those of what it indexes.
 */
function requireWithin(operation: string, name: string, index: Shape, other: Shape, axis: number | null): void {
  if (index.length === other.length && index.every((extent, at) => at === axis || extent <= (other[at] as number)))
    return;
  throw new ShapeError(
    `${operation}: index has the shape ${formatShape(index)} and ${name} ${formatShape(other)}; ` +
      `the index must have as many dimensions and be no longer${axis === null ? '' : `, but along dimension ${axis}`}`,
  );
}

/** The first elements along every dimension, as many as `shape` has; all of those of `axis`. */
function startOf<D extends DType>(input: Tensor<D>, shape: Shape, axis: number | null): Tensor<D> {
  return shape.reduce(
    (part, extent, at) => (at === axis || part.shape[at] === extent ? part : narrow(part, at, 0, extent)),
    input,
  );
}

/** Elements along an axis by their numbers, with the gradient. */
function gathered<D extends DType>(
  operation: string,
  input: Tensor<D>,
  axis: number,
  index: Index,
  shape: Shape,
  without: number | null = null,
): Tensor<D> {
  const { device } = input;
  const layout = {
    ...around(input.shape, axis),
    places: index.places,
    index: index.array,
    ...(index.strides && { strides: index.strides }),
  };
  const array = device.allocate(input.array.elementType, Math.max(1, sizeOf(shape)), operation);
  kernels.gather(device, { ...layout, input: input.array, output: array });
  return operationResult({
    operation,
    inputs: [input],
    array,
    shape,
    keepsType: true,
    backward: (gradients) =>
      gradients.add(input, (gradInput) => {
        const sent = without === null ? index : withoutNumber(device, index, without, input.shape[axis] as number);
        recordScatter(input, axis, sent, gradients.output, gradInput);
        if (sent !== index) device.release(sent.array);
      }),
  });
}

const replaced: UnaryMember = {
  name: 'replaced',
  value: 'select(x, q, x == p)',
  derivative: null,
  integers: 'keep',
  reference: (x, p, q) => (x === p ? q : x),
};

/** An index that serves all rows, whose places of one number lie outside: they send nothing. */
function withoutNumber(device: Tensor['device'], index: Index, number: number, outside: number): Index {
  const { places: length } = index;
  const { elementType } = index.array;
  const array = device.allocate(elementType, Math.max(1, length), 'index without a number');
  kernels.unary(device, { function: replaced, input: index.array, output: array, length, p: number, q: outside });
  return { ...index, array };
}

/** Records the sums of what an index sends to each place of an axis of `target`. */
function recordScatter(
  { device, shape }: { device: Tensor['device']; shape: Shape },
  axis: number,
  index: Index,
  source: GpuArray,
  output: GpuArray,
): void {
  const { outer, length, inner } = around(shape, axis);
  const { array, places, strides } = index;
  const order = device.allocate('i32', array.length, 'order of the index');
  const sorted = strides ? { outer: 1, length: places, inner: 1 } : { outer, length: places, inner };
  kernels.argSort(device, { input: array, output: order, ...sorted });
  kernels.scatterAdd(device, {
    input: source,
    index: array,
    order,
    output,
    outer,
    length,
    places,
    inner,
    ...(strides && { strides }),
  });
  device.release(order);
}

/**
 * Elements chosen along a dimension: for three dimensions and `dim` 1, `output[i][j][k] =
 * input[i][index[i][j][k]][k]`. A number outside the dimension gives NaN (0 in whole numbers). Any
 * element type; a number that comes more than once gets the sum of its gradients, in a fixed order.
 * As `torch.gather`.
 *
 * @param index i32 or u32, of as many dimensions, no longer than the input but along `dim`
 * @returns the shape of `index`
 * @throws ShapeError, TensorError
 */
export function gather<D extends DType>(input: Tensor<D>, dim: number, index: Tensor): Tensor<D> {
  requireTensor('gather', 'input', input);
  const axis = requireAxis('gather', 'dim', dim, input.shape);
  requireIndex('gather', index, input);
  requireWithin('gather', 'input', index.shape, input.shape, axis);
  const part = startOf(input, index.shape, axis);
  return gathered('gather', part, axis, { array: index.array, places: index.shape[axis] ?? 1 }, index.shape);
}

/**
 * `input`, and at the places along a dimension that `index` names, the sums of `source`: for
 * three dimensions and `dim` 1, `output[i][index[i][j][k]][k] += source[i][j][k]`. Numbers
 * outside the dimension are left out. The order of sums is fixed. As `torch.scatter_add`. Of
 * the type of both, any but bool; whole numbers wrap. `input` gets the gradient as it is,
 * `source` that of its places.
 *
 * @param index i32 or u32, of as many dimensions, no longer than `source`, nor than the input but
 *   along `dim`
 * @throws ShapeError, TensorError
 */
export function scatterAdd<D extends DType>(input: Tensor<D>, dim: number, index: Tensor, source: Tensor): Tensor<D> {
  for (const [name, tensor] of Object.entries({ input, source })) requireTensor('scatterAdd', name, tensor);
  if (requireOperands('scatterAdd', { input, source }).dtype === 'bool')
    throw new TensorError('scatterAdd: a mask of bool is no number; cast() it');
  const axis = requireAxis('scatterAdd', 'dim', dim, input.shape);
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

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((number) => Number.isInteger(number));
const numbersKind: Kind = oneOfKinds(
  'a Tensor of i32 or u32, or whole numbers in an array',
  {
    what: '',
    holds: (value) => value instanceof Tensor || value instanceof Int32Array || value instanceof Uint32Array,
  },
  { what: '', holds: isNumbers },
);

/**
 * Some elements of a dimension, in the order of their numbers: `indexSelect(x, 0, [2, 0])` is rows
 * 2 and 0. Any element type; gradients of what comes more than once are summed in a fixed order.
 * As `torch.index_select`.
 *
 * @param index numbers from 0 on: in an array, which is checked, or a tensor of one dimension,
 *   whose numbers outside give NaN
 * @throws ShapeError, TensorError
 */
export function indexSelect<D extends DType>(
  input: Tensor<D>,
  dim: number,
  index: Tensor | Int32Array | Uint32Array | readonly number[],
): Tensor<D> {
  return indexSelectBut(input, dim, index, null);
}

/** `indexSelect` that sends no gradient to the elements of a number. */
export function indexSelectBut<D extends DType>(
  input: Tensor<D>,
  dim: number,
  index: Tensor | Int32Array | Uint32Array | readonly number[],
  without: number | null,
): Tensor<D> {
  requireTensor('indexSelect', 'input', input);
  const axis = requireAxis('indexSelect', 'dim', dim, input.shape);
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
  // The caller may change or release an index before the backward; numbers
  // from the host are copied.
  const array =
    index instanceof Tensor
      ? index.array
      : device.upload(places > 0 ? Int32Array.from(index) : new Int32Array(1), 'i32', 'numbers to select');
  return gathered(
    'indexSelect',
    input,
    axis,
    { array, places, strides: { outer: 0, place: 1, inner: 0 } },
    shape.with(axis, places),
    without,
  );
}

/**
 * As `gather`, after input and index were expanded to one another along all other dimensions: what
 * `argMax` and `argSort` name is taken by it. As `torch.take_along_dim`. Any element type;
 * gradients are summed as there.
 *
 * @param dim without it both are flattened
 * @throws ShapeError, TensorError
 */
export function takeAlongDim<D extends DType>(input: Tensor<D>, index: Tensor, dim?: number | null): Tensor<D> {
  requireTensor('takeAlongDim', 'input', input);
  requireIndex('takeAlongDim', index, input);
  if (dim === undefined || dim === null) return gather(flatten(input), 0, flatten(index));
  const axis = requireAxis('takeAlongDim', 'dim', dim, input.shape);
  const { shape } = input;
  const fits = (a: number, b: number) => a === b || a === 1 || b === 1;
  if (
    index.shape.length !== shape.length ||
    !shape.every((extent, at) => at === axis || fits(extent, index.shape[at] as number))
  )
    throw new ShapeError(
      `takeAlongDim: input has the shape ${formatShape(shape)} and index ${formatShape(index.shape)}; they must fit but along dimension ${axis}`,
    );
  const common = shape.map((extent, at) => (extent === 1 ? (index.shape[at] as number) : extent));
  const wide = <E extends DType>(tensor: Tensor<E>) =>
    expand(
      tensor,
      common.map((extent, at) => (at === axis ? (tensor.shape[at] as number) : extent)),
    );
  return gather(wide(input), axis, wide(index));
}
