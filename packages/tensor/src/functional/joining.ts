import * as kernels from '@attune/kernels';
import { arrayOf, instanceOf, number, optional, requireArgument, shown, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { operationResult } from '../autograd/operation.ts';
import { ShapeError, TensorError } from '../errors.ts';
import { formatShape, shapesEqual, sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { requireAxes, requireAxis } from './axes.ts';
import { requireDeviceOf, requireGivenOptions, requireHeld, requireTensor } from './checks.ts';
import { flatten, reshape, unsqueeze } from './movement.ts';
import { narrow } from './slicing.ts';
import { stridedResult } from './strided.ts';
import type { DType } from '../dtypes.ts';

const aTensor = instanceOf(Tensor);
const tensorsKind: Kind = {
  what: 'an array of at least one tensor',
  holds: (value) => Array.isArray(value) && value.length > 0 && value.every((entry) => entry instanceof Tensor),
  found: (value) =>
    (Array.isArray(value) && value.length > 0 ? arrayOf(aTensor, '').found?.(value) : undefined) ?? shown(value),
};

/**
 * Tensors one behind the other along a dimension; all other extents must be equal, and the element
 * types too. As `torch.cat`. Each gets its part of the gradient.
 *
 * @throws ShapeError, TensorError
 */
export function concat<D extends DType>(tensors: readonly Tensor<D>[], dim = 0): Tensor<D> {
  const [first, axis] = requireAlike('concat', tensors, dim);
  const total = tensors.reduce((sum, { shape }) => sum + (shape[axis] as number), 0);
  const shape = first.shape.with(axis, total);
  const { device } = first;
  const strides = kernels.contiguousStrides(shape);
  const array = device.allocate(first.array.elementType, Math.max(1, sizeOf(shape)), 'concat');
  const starts: number[] = [];
  let start = 0;
  for (const input of tensors) {
    starts.push(start * (strides[axis] as number));
    start += input.shape[axis] as number;
  }
  for (const [index, input] of tensors.entries()) {
    if (input.size === 0) continue;
    const from = { strides: kernels.contiguousStrides(input.shape) };
    const to = { strides, offset: starts[index] as number };
    kernels.stridedCopy(device, { input: input.array, output: array, shape: input.shape, from, to });
  }
  return operationResult({
    operation: 'concat',
    inputs: tensors as readonly Tensor[] as [Tensor, ...Tensor[]],
    array,
    shape,
    keepsType: true,
    backward(gradients) {
      const gradOutput = gradients.output;
      for (const [index, input] of tensors.entries()) {
        const from = { strides, offset: input.size === 0 ? 0 : (starts[index] as number) };
        gradients.add(input, (output) =>
          kernels.stridedCopy(device, { input: gradOutput, output, shape: input.shape, from }),
        );
      }
    },
  });
}

function requireAlike(operation: string, tensors: readonly Tensor[], dim: number): [Tensor, number] {
  requireArgument(operation, 'tensors', tensors, tensorsKind, TensorError);
  const [first] = tensors as readonly [Tensor, ...Tensor[]];
  const axis = requireAxis(operation, 'dim', dim, first.shape);
  if (first.shape.length === 0)
    throw new ShapeError(`${operation}: scalars have no dimension to be joined along; use stack()`);
  for (const [index, tensor] of tensors.entries()) {
    const { shape } = tensor;
    const fits =
      shape.length === first.shape.length && shape.every((extent, at) => at === axis || extent === first.shape[at]);
    if (!fits)
      throw new ShapeError(
        `${operation}: tensor ${index} has the shape ${formatShape(shape)} and tensor 0 ${formatShape(first.shape)}; only dimension ${axis} may differ`,
      );
    requireBeside(operation, index, tensor, first);
  }
  return [first, axis];
}

/** A tensor whose memory is there, of the type and on the device of the first. */
function requireBeside(operation: string, index: number, tensor: Tensor, first: Tensor): void {
  requireTensor(operation, `tensor ${index}`, tensor);
  if (tensor.dtype !== first.dtype)
    throw new TensorError(
      `${operation}: tensor ${index} is of ${tensor.dtype} and tensor 0 of ${first.dtype}; use cast() on one of them`,
    );
  requireDeviceOf(operation, `tensor ${index}`, tensor, first);
}

/**
 * Tensors of one shape along a new dimension, as `torch.stack`. Any element type; each gets its
 * part of the gradient.
 *
 * @throws ShapeError, TensorError
 */
export function stack<D extends DType>(tensors: readonly Tensor<D>[], dim = 0): Tensor<D> {
  requireArgument('stack', 'tensors', tensors, tensorsKind, TensorError);
  const first = tensors[0] as Tensor<D>;
  for (const [index, tensor] of tensors.entries()) {
    requireBeside('stack', index, tensor, first);
    if (!shapesEqual(tensor.shape, first.shape))
      throw new ShapeError(
        `stack: tensor ${index} has the shape ${formatShape(tensor.shape)} and tensor 0 ${formatShape(first.shape)}; all must be equal`,
      );
  }
  const axis = requireAxis('stack', 'dim', dim, first.shape, 1);
  return concat(
    tensors.map((input) => unsqueeze(input, axis)),
    axis,
  );
}

const countsKind = arrayOf(wholeNumber(0), 'an array of whole numbers of at least 0');

/**
 * The whole tensor again and again along each dimension, and along new ones in front where there
 * are more numbers than dimensions. As `torch.Tensor.repeat`; gradients are summed. Any element
 * type.
 *
 * @throws ShapeError, TensorError
 */
export function repeat<D extends DType>(input: Tensor<D>, repeats: readonly number[]): Tensor<D> {
  requireTensor('repeat', 'input', input);
  requireArgument('repeat', 'repeats', repeats, countsKind, TensorError);
  const added = repeats.length - input.shape.length;
  if (added < 0)
    throw new ShapeError(
      `repeat: repeats must have a number for each of the ${input.shape.length} dimensions of ${formatShape(input.shape)}; got ${repeats.length}`,
    );
  const strides = kernels.contiguousStrides(input.shape);
  // Every extent in two: how often, and the extent itself.
  const pairs = repeats.flatMap((count, axis) => [count, input.shape[axis - added] ?? 1]);
  const pairStrides = repeats.flatMap((_, axis) => [0, strides[axis - added] ?? 0]);
  const repeated = stridedResult('repeat', input, pairs, { strides: pairStrides });
  return reshape(
    repeated,
    repeats.map((count, axis) => count * (input.shape[axis - added] ?? 1)),
  );
}

/** Options of `pad`. */
export interface PadOptions {
  /** What the new elements are. Default 0. */
  readonly value?: number | undefined;
}

const padKinds = { value: optional({ ...number, what: 'a number', holds: (value) => typeof value === 'number' }) };
const paddingKind: Kind = {
  what: 'an array of whole numbers, two for each dimension from the last on',
  holds: (value) => Array.isArray(value) && value.length % 2 === 0 && [...value].every(Number.isInteger),
};

/**
 * New elements around a tensor, `[before, after]` for the last dimension, then for the one before,
 * and so on; negative numbers take elements away. As `torch.nn.functional.pad`, mode `constant`.
 * Any element type; the gradient is that of the part kept.
 *
 * @throws ShapeError, TensorError
 */
export function pad<D extends DType>(
  input: Tensor<D>,
  padding: readonly number[],
  options: PadOptions = {},
): Tensor<D> {
  requireTensor('pad', 'input', input);
  requireArgument('pad', 'padding', padding, paddingKind, TensorError);
  requireGivenOptions('pad', options, padKinds);
  const value = options.value ?? 0;
  requireHeld('pad', 'value', value, input);
  const rank = input.shape.length;
  const sides = input.shape.map(
    (_, axis) => [padding[2 * (rank - 1 - axis)] ?? 0, padding[2 * (rank - 1 - axis) + 1] ?? 0] as const,
  );
  const shape = input.shape.map((extent, axis) => extent + (sides[axis]?.[0] ?? 0) + (sides[axis]?.[1] ?? 0));
  if (padding.length > 2 * rank || shape.some((extent) => extent < 0))
    throw new ShapeError(`pad: ${formatShape(input.shape)} cannot be padded by [${padding.join(', ')}]`);
  const [cut, starts] = cutAway(input, sides);
  return placed(cut, shape, starts, input.dtype === 'bool' ? Number(value !== 0) : value);
}

/** What negative padding leaves, and where it comes to lie. */
function cutAway<D extends DType>(
  input: Tensor<D>,
  sides: readonly (readonly [number, number])[],
): [Tensor<D>, number[]] {
  let cut = input;
  for (const [axis, [before, after]] of sides.entries()) {
    const start = Math.max(0, -before);
    const length = (cut.shape[axis] as number) - start - Math.max(0, -after);
    if (length !== cut.shape[axis]) cut = narrow(cut, axis, start, Math.max(0, length));
  }
  return [cut, sides.map(([before]) => Math.max(0, before))];
}

/** A tensor within a larger one that is `value` elsewhere. */
function placed<D extends DType>(input: Tensor<D>, shape: Shape, starts: readonly number[], value: number): Tensor<D> {
  const { device } = input;
  const strides = kernels.contiguousStrides(shape);
  const offset = starts.reduce((sum, start, axis) => sum + start * (strides[axis] as number), 0);
  const array = device.allocate(input.array.elementType, Math.max(1, sizeOf(shape)), 'pad');
  kernels.fill(device, { output: array, value, length: sizeOf(shape) });
  const from = { strides: kernels.contiguousStrides(input.shape) };
  const inside = { strides, offset };
  kernels.stridedCopy(device, { input: input.array, output: array, shape: input.shape, from, to: inside });
  return operationResult({
    operation: 'pad',
    inputs: [input],
    array,
    shape,
    keepsType: true,
    backward: (gradients) =>
      gradients.add(input, (output) =>
        kernels.stridedCopy(device, { input: gradients.output, output, shape: input.shape, from: inside }),
      ),
  });
}

const shiftsKind: Kind = {
  what: 'a whole number, or an array of them',
  holds: (value) => (Array.isArray(value) ? [...value].every(Number.isInteger) : Number.isInteger(value)),
};

/**
 * Elements moved on along dimensions; what leaves at the end comes back at the start. Without
 * `dims` the tensor is moved as if it were flat. As `torch.roll`. Any element type; the gradient is
 * moved back.
 *
 * @throws ShapeError, TensorError
 */
export function roll<D extends DType>(
  input: Tensor<D>,
  shifts: number | readonly number[],
  dims?: number | readonly number[] | null,
): Tensor<D> {
  requireTensor('roll', 'input', input);
  requireArgument('roll', 'shifts', shifts, shiftsKind, TensorError);
  const steps = typeof shifts === 'number' ? [shifts] : shifts;
  if (dims === undefined || dims === null) {
    if (steps.length !== 1) throw new ShapeError(`roll: ${steps.length} shifts need as many dims`);
    return reshape(rolled(flatten(input), steps[0] as number, 0), input.shape);
  }
  requireAxes('roll', 'dims', dims, input.shape);
  const axes = (typeof dims === 'number' ? [dims] : dims).map((dim) => requireAxis('roll', 'dims', dim, input.shape));
  if (axes.length !== steps.length) throw new ShapeError(`roll: got ${steps.length} shifts for ${axes.length} dims`);
  return axes.reduce((moved, axis, index) => rolled(moved, steps[index] as number, axis), input);
}

function rolled<D extends DType>(input: Tensor<D>, shift: number, axis: number): Tensor<D> {
  const extent = input.shape[axis] ?? 0;
  const end = extent === 0 ? 0 : ((shift % extent) + extent) % extent;
  if (end === 0) return input;
  return concat([narrow(input, axis, extent - end, end), narrow(input, axis, 0, extent - end)], axis);
}
