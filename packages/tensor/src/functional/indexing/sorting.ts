import * as kernels from '@attune/kernels';
import { flag, optional, shown, wholeNumber } from '@attune/validate';
import { ShapeError } from '../../errors.ts';
import { formatShape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { around, readAxis } from '../axes.ts';
import { requireGivenOptions, requireTensor } from '../checks.ts';
import { gather } from './indexing.ts';
import { narrow } from '../movement/slicing.ts';
import type { DType } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/** Options of `sort` and `argSort`. */
export interface SortOptions {
  /** Whether the greatest comes first. Default false. */
  readonly descending?: boolean | undefined;
}

/** Options of `topk`. */
export interface TopkOptions {
  /** Whether to take the greatest elements, or else the least. Default true. */
  readonly largest?: boolean | undefined;
}

/** Sorted values and their positions. */
export interface Sorted<D extends DType = DType> {
  /** Of the type of the input; gradients flow back to their positions. */
  readonly values: Tensor<D>;
  /** i32. */
  readonly indices: Tensor<'i32'>;
}

const sortKinds = { descending: optional(flag) };
const topkKinds = { largest: optional(flag) };

/**
 * The positions, i32, that sort the elements along a dimension. Equal elements keep their order;
 * NaN is the greatest. Any element type; no gradient. As `torch.argsort` with `stable`.
 *
 * @param dim default -1
 * @throws ShapeError, TensorError
 */
export function argSort(input: Tensor, dim = -1, options: SortOptions = {}): Tensor<'i32'> {
  requireAtMost('argSort', 3, arguments, sortKinds);
  return order('argSort', input, dim, options);
}

/**
 * Elements sorted along a dimension, with their positions, as `argSort`. As `torch.sort` with
 * `stable`. Any element type; gradients flow back to the positions of the values.
 *
 * @param dim default -1
 * @throws ShapeError, TensorError
 */
export function sort<D extends DType>(input: Tensor<D>, dim = -1, options: SortOptions = {}): Sorted<D> {
  requireAtMost('sort', 3, arguments, sortKinds);
  const indices = order('sort', input, dim, options);
  return { values: gather(input, dim, indices), indices };
}

/**
 * The `k` greatest or least elements along a dimension, sorted, with their positions; of equals the
 * first. As `torch.topk`. Any element type; gradients flow back to the positions of the values.
 *
 * @param dim default -1
 * @throws ShapeError, TensorError
 */
export function topk<D extends DType>(input: Tensor<D>, k: number, dim = -1, options: TopkOptions = {}): Sorted<D> {
  requireAtMost('topk', 4, arguments, topkKinds);
  requireTensor('topk', 'input', input);
  requireGivenOptions('topk', options, topkKinds);
  const axis = readAxis('topk', 'dim', dim, input.shape);
  const most = input.shape[axis] ?? 1;
  const count = wholeNumber(0, most);
  if (!count.holds(k))
    throw new ShapeError(
      `topk: k must be ${count.what}, dimension ${axis} of ${formatShape(input.shape)}; got ${shown(k)}`,
    );
  const all = order('topk', input, dim, { descending: options.largest ?? true });
  const indices = input.shape.length === 0 || k === most ? all : narrow(all, axis, 0, k);
  return { values: gather(input, axis, indices), indices };
}

function order(operation: string, input: Tensor, dim: number, options: SortOptions): Tensor<'i32'> {
  requireTensor(operation, 'input', input);
  requireGivenOptions(operation, options, sortKinds);
  const { device, shape } = input;
  const axis = readAxis(operation, 'dim', dim, shape);
  const array = device.allocate('i32', Math.max(1, input.size), operation);
  kernels.argSort(device, {
    input: input.array,
    output: array,
    ...around(shape, axis),
    descending: options.descending ?? false,
  });
  return new Tensor({ array, shape, device });
}
