import type { GpuArray } from '@attune/kernels';
import { requireArgument } from '@attune/validate';
import { TensorError } from '../errors.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { requireTensor } from './checks.ts';
import type { DType, FloatType } from '../dtypes.ts';

/** What operations of two tensors take: a number stands for a tensor that repeats it. */
export type Operand = Tensor | number;

type TypeOf<O extends Operand> = O extends Tensor<infer D> ? D : DType;

/** The element type of what is computed of two: that of the first tensor. */
export type FirstType<A extends Operand, B extends Operand> = A extends Tensor ? TypeOf<A> : TypeOf<B>;

/**
 * The element type of numbers computed of a tensor of `D` and another operand: `D`, but f32 of
 * whole numbers beside a fraction; one of both where the compiler does not know the number.
 */
export type BesideOperand<D extends DType, B extends Operand> = B extends number
  ? D extends 'i32' | 'u32'
    ? `${B}` extends `${bigint}`
      ? D
      : number extends B
        ? D | 'f32'
        : 'f32'
    : D
  : D;

/** The same of two operands, one of which is a tensor. */
export type NumberType<A extends Operand, B extends Operand> = A extends Tensor
  ? BesideOperand<TypeOf<A>, B>
  : BesideOperand<TypeOf<B>, A>;

/** Floats stand for both kinds. */
type Wide<D extends DType> = D extends FloatType ? FloatType : D;

/**
 * Never where both types are known and differ, but for f32 beside f16: the call does not compile.
 */
export type Beside<A extends Operand, B extends Operand> = B extends number
  ? unknown
  : A extends number
    ? unknown
    : [Wide<TypeOf<A>> & Wide<TypeOf<B>>] extends [never]
      ? never
      : unknown;

const operandKind = {
  what: 'a Tensor or a number',
  holds: (value: unknown) => typeof value === 'number' || value instanceof Tensor,
};

/** What kernels take of it. */
export const arrayOf = (operand: Operand): GpuArray | number => (typeof operand === 'number' ? operand : operand.array);

/** The shapes of those that are tensors. */
export function shapesOf(a: Operand, b: Operand): Record<string, Shape> {
  return { ...(typeof a !== 'number' && { a: a.shape }), ...(typeof b !== 'number' && { b: b.shape }) };
}

/** Whether tensors of both types can be computed with together. */
const fits = (a: DType, b: DType, floatsMix: boolean): boolean =>
  a === b || (floatsMix && (a === 'f32' || a === 'f16') && (b === 'f32' || b === 'f16'));

/**
 * Checks operands by their names: tensors or numbers, one a tensor, on one device and of one type.
 *
 * @param floatsMix whether f32 may stand beside f16
 * @returns the first tensor
 * @throws TensorError
 */
export function requireOperands(
  operation: string,
  operands: Readonly<Record<string, Operand>>,
  floatsMix = false,
): Tensor {
  let first: Tensor | null = null;
  let firstName = '';
  for (const name in operands) {
    const operand = operands[name] as Operand;
    if (typeof operand === 'number') continue;
    if (!(operand instanceof Tensor)) requireArgument(operation, name, operand, operandKind, TensorError);
    requireTensor(operation, name, operand);
    if (!first) {
      first = operand;
      firstName = name;
      continue;
    }
    if (operand.device !== first.device)
      throw new TensorError(
        `${operation}: ${name} lives on another device than ${firstName}; make all tensors and parameters with one device`,
      );
    if (!fits(first.dtype, operand.dtype, floatsMix))
      throw new TensorError(
        `${operation}: ${firstName} is of ${first.dtype} and ${name} of ${operand.dtype}; use cast() on one of them`,
      );
  }
  if (first) return first;
  throw new TensorError(`${operation}: ${Object.keys(operands).join(' and ')} are numbers; one must be a Tensor`);
}
