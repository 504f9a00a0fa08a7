import * as kernels from '@attune/kernels';
import { needsOrder } from '@attune/kernels/internal';
import type { GpuArray, IndexStrides, UnaryMember } from '@attune/kernels';
import { operationResult } from '../../autograd/operation.ts';
import type { DType } from '../../dtypes.ts';
import { TensorError } from '../../errors.ts';
import { sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { around } from '../axes.ts';
import { requireDeviceOf, requireTensor } from '../checks.ts';

/** Positions along an axis, on the GPU; strides where one index serves all rows. */
export interface Index {
  readonly array: GpuArray;
  readonly places: number;
  readonly strides?: IndexStrides;
}

export function requireIndex(operation: string, index: Tensor, input: Tensor): void {
  requireTensor(operation, 'index', index);
  if (index.dtype !== 'i32' && index.dtype !== 'u32')
    throw new TensorError(`${operation}: index must be a tensor of i32 or u32; it is one of ${index.dtype}`);
  requireDeviceOf(operation, 'index', index, input);
}

interface Selection<D extends DType> {
  readonly input: Tensor<D>;
  readonly axis: number;
  readonly index: Index;
  /** Of the result. */
  readonly shape: Shape;
  /** A position along the axis whose elements get no gradient. Default: none. */
  readonly without?: number | null;
}

/** Selects elements along an axis by an index, with the gradient. */
export function gathered<D extends DType>(
  operation: string,
  { input, axis, index, shape, without = null }: Selection<D>,
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
        const sent = without === null ? index : withoutPosition(device, index, without, input.shape[axis] as number);
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

/**
 * A copy of an index that serves all rows, with one position moved out of range, so that it gets no
 * gradient.
 */
function withoutPosition(device: Tensor['device'], index: Index, position: number, outside: number): Index {
  const { places: length } = index;
  const { elementType } = index.array;
  const array = device.allocate(elementType, Math.max(1, length), 'index without one position');
  kernels.unary(device, { function: replaced, input: index.array, output: array, length, p: position, q: outside });
  return { ...index, array };
}

/**
 * Records the sums of the elements of `source` that an index sends to each position along an axis
 * of `output`, which has this shape.
 */
export function recordScatter(
  { device, shape }: { device: Tensor['device']; shape: Shape },
  axis: number,
  index: Index,
  source: GpuArray,
  output: GpuArray,
): void {
  const { outer, length, inner } = around(shape, axis);
  const { array, places, strides } = index;
  const sums = { input: source, index: array, output, outer, length, places, inner, strides };
  if (!needsOrder(sums)) return kernels.scatterAdd(device, sums);
  const order = device.allocate('i32', array.length, 'order of the index');
  const sorted = strides ? { outer: 1, length: places, inner: 1 } : { outer, length: places, inner };
  kernels.argSort(device, { input: array, output: order, ...sorted });
  kernels.scatterAdd(device, { ...sums, order });
  device.release(order);
}
