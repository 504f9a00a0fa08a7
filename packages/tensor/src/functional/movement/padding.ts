import { contiguousStrides, fill, stridedCopy } from '@attune/kernels';
import { anyNumber, optional, requireArgument } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { operationResult } from '../../autograd/operation.ts';
import type { DType } from '../../dtypes.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { requireGivenOptions, requireHeld, requireTensor } from '../checks.ts';
import { narrow } from './slicing.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/** Options of `pad`. */
export interface PadOptions {
  /** Value of the new elements. Default 0. */
  readonly value?: number | undefined;
}

const padKinds = { value: optional(anyNumber) };
const paddingKind: Kind = {
  what: 'an array of whole numbers, two for each dimension from the last on',
  holds: (value) => Array.isArray(value) && value.length % 2 === 0 && [...value].every(Number.isInteger),
};

/**
 * Adds elements around a tensor: `[before, after]` for the last dimension, then for the one before
 * it, and so on; negative numbers remove elements. As `torch.nn.functional.pad`, mode `constant`.
 * Any element type; the gradient flows to the part that is kept.
 *
 * @throws ShapeError, TensorError
 */
export function pad<D extends DType>(
  input: Tensor<D>,
  padding: readonly number[],
  options: PadOptions = {},
): Tensor<D> {
  requireAtMost('pad', 3, arguments, padKinds);
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

/** The part that negative padding leaves, and its position in the result. */
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

/** A tensor placed in a larger one that is `value` elsewhere. */
function placed<D extends DType>(input: Tensor<D>, shape: Shape, starts: readonly number[], value: number): Tensor<D> {
  const { device } = input;
  const strides = contiguousStrides(shape);
  const offset = starts.reduce((sum, start, axis) => sum + start * (strides[axis] as number), 0);
  const array = device.allocate(input.array.elementType, Math.max(1, sizeOf(shape)), 'pad');
  fill(device, { output: array, value, length: sizeOf(shape) });
  const from = { strides: contiguousStrides(input.shape) };
  const inside = { strides, offset };
  stridedCopy(device, { input: input.array, output: array, shape: input.shape, from, to: inside });
  return operationResult({
    operation: 'pad',
    inputs: [input],
    array,
    shape,
    keepsType: true,
    backward: (gradients) =>
      gradients.add(input, (output) =>
        stridedCopy(device, { input: gradients.output, output, shape: input.shape, from: inside }),
      ),
  });
}
