import type { GpuArray } from '@attune/kernels';
import { anyNumber, instanceOf, oneOfKinds, requireArgument } from '@attune/validate';
import { TensorError } from '../errors.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { requireDeviceOf, requireTensor } from './checks.ts';
import { isFloat } from '../dtypes.ts';
import type { DType, FloatType } from '../dtypes.ts';

/** Operand of a binary operation: a tensor, or a number that is broadcast. */
export type Operand = Tensor | number;

type TypeOf<O extends Operand> = O extends Tensor<infer D> ? D : DType;

/** The element type of a result of two operands: that of the first tensor. */
export type FirstType<A extends Operand, B extends Operand> = A extends Tensor ? TypeOf<A> : TypeOf<B>;

/**
 * The element type of a numeric result of a tensor of `D` and another operand: `D`, except f32 for
 * whole numbers with a fraction; either where the compiler does not know the number.
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

/** The same for two operands, one of which is a tensor. */
export type NumberType<A extends Operand, B extends Operand> = A extends Tensor
  ? BesideOperand<TypeOf<A>, B>
  : BesideOperand<TypeOf<B>, A>;

/** `never` where both types are known and differ, so that the call does not compile. */
export type Beside<A extends Operand, B extends Operand> = B extends number
  ? unknown
  : A extends number
    ? unknown
    : [TypeOf<A> & TypeOf<B>] extends [never]
      ? never
      : unknown;

/** The same, but `never` also where one is known to be of bool, which is no number. */
export type BesideNumbers<A extends Operand, B extends Operand> = true extends IsMask<A> | IsMask<B>
  ? never
  : Beside<A, B>;

type IsMask<O extends Operand> = O extends Tensor<infer D> ? ([D] extends ['bool'] ? true : false) : false;

/** The same, but f32 and f16 may be mixed. */
export type BesideFloats<A extends Operand, B extends Operand> =
  A extends Tensor<FloatType> ? (B extends Tensor<FloatType> ? unknown : Beside<A, B>) : BesideNumbers<A, B>;

/** `Tensor<D>`, but never where the type is known and not allowed: the call does not compile. */
type Only<D extends DType, Allowed extends DType> = Tensor<D> & ([D & Allowed] extends [never] ? never : unknown);

/** A tensor of f32 or f16. */
export type Floats<D extends DType> = Only<D, FloatType>;

/** The same beside a tensor of `D`, of its type. */
export type FloatsLike<D extends DType, E extends DType> = Only<E, FloatType & D>;

/** A tensor of numbers: of any type but bool. */
export type Numbers<D extends DType> = Only<D, Exclude<DType, 'bool'>>;

/** A tensor of i32 or u32, such as an index. */
export type Integers<D extends DType> = Only<D, 'i32' | 'u32'>;

/** A tensor of bool. */
export type Mask<D extends DType> = Only<D, 'bool'>;

const operandKind = oneOfKinds('a Tensor or a number', anyNumber, instanceOf(Tensor));

/** The operand as kernels take it. */
export const arrayOf = (operand: Operand): GpuArray | number => (typeof operand === 'number' ? operand : operand.array);

/** The shapes of the operands that are tensors. */
export function shapesOf(a: Operand, b: Operand): Record<string, Shape> {
  return { ...(typeof a !== 'number' && { a: a.shape }), ...(typeof b !== 'number' && { b: b.shape }) };
}

/** Whether tensors of these types can be combined. */
const fits = (a: DType, b: DType, floatsMix: boolean): boolean => a === b || (floatsMix && isFloat(a) && isFloat(b));

/**
 * Checks named operands: tensors or numbers, at least one a tensor, on one device and of one type.
 *
 * @param floatsMix whether f32 and f16 may be mixed
 * @returns the first tensor
 * @throws TensorError
 */
export function readOperands(
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
    requireDeviceOf(operation, name, operand, first);
    if (!fits(first.dtype, operand.dtype, floatsMix))
      throw new TensorError(
        `${operation}: ${firstName} is of ${first.dtype} and ${name} of ${operand.dtype}; use cast() on one of them`,
      );
  }
  if (first) return first;
  throw new TensorError(`${operation}: ${Object.keys(operands).join(' and ')} are numbers; one must be a Tensor`);
}
