import { instanceOf, requireArgument, requireOptions } from '@attune/validate';
import type { Kind, OptionAdvice, OptionKinds } from '@attune/validate';
import { isFloat } from '../dtypes.ts';
import { TensorError } from '../errors.ts';
import { Tensor } from '../tensor.ts';

const tensorKind = instanceOf(Tensor);

/** A number that is not NaN; it may be infinite. */
export const realNumber: Kind = {
  what: 'a number',
  holds: (value) => typeof value === 'number' && !Number.isNaN(value),
};

/**
 * Checks an input of an operation: a tensor of floats, on the device of the others.
 *
 * @param beside another input of the operation
 * @throws TensorError
 */
export function requireFloats(operation: string, name: string, input: Tensor, beside?: Tensor): void {
  requireTensor(operation, name, input);
  const { dtype } = input;
  if (!isFloat(dtype))
    throw new TensorError(`${operation}: ${name} must be a tensor of f32 or f16; it is one of ${dtype}. Use cast().`);
  if (beside) requireDeviceOf(operation, name, input, beside);
}

/**
 * Checks that an input lives on the device of the first.
 *
 * @throws TensorError
 */
export function requireDeviceOf(operation: string, name: string, { device }: Tensor, first: Tensor): void {
  if (device !== first.device)
    throw new TensorError(
      `${operation}: ${name} is on another device than the first tensor; make all tensors and parameters on one device`,
    );
}

/**
 * Checks an input of an operation that takes every element type: a tensor that is not disposed.
 *
 * @throws TensorError
 */
export function requireTensor(operation: string, name: string, input: Tensor): void {
  if (!(input instanceof Tensor)) requireArgument(operation, name, input, tensorKind, TensorError);
  if (input.disposed) throw new TensorError(`${operation}: ${name} cannot be read: ${input.goneMessage()}`);
}

/**
 * Checks that the element type of a tensor can represent a number. For bool, all numbers but 0 are
 * true.
 *
 * @throws TensorError
 */
export function requireHeld(operation: string, name: string, value: number, { dtype }: Tensor): void {
  if ((dtype === 'i32' && value !== (value | 0)) || (dtype === 'u32' && value !== value >>> 0))
    throw new TensorError(`${operation}: ${name} is ${value}, which ${dtype} does not hold; use cast() on the tensor`);
}

/**
 * As `requireFloats`, for a second tensor that must have the element type of the first.
 *
 * @throws TensorError
 */
export function requireSameType(operation: string, name: string, input: Tensor, first: Tensor): void {
  requireFloats(operation, name, input, first);
  if (input.dtype !== first.dtype) {
    throw new TensorError(
      `${operation}: ${name} is of ${input.dtype} and the first tensor of ${first.dtype}; use cast() on one of them`,
    );
  }
}

/**
 * Checks the options that were given.
 *
 * @param otherNames what to say of names that people know from elsewhere
 * @throws TensorError
 */
export function requireGivenOptions(
  operation: string,
  options: unknown,
  kinds: OptionKinds,
  otherNames?: OptionAdvice['otherNames'],
): void {
  requireOptions(operation, options, kinds, otherNames ? { ...advice, otherNames } : advice);
}

const advice = { error: TensorError };
