import * as kernels from '@attune/kernels';
import type { BinaryMember } from '@attune/kernels';
import * as members from '@attune/kernels/binary';
import { operationResult } from '../../autograd/operation.ts';
import type { Gradients } from '../../autograd/gradients.ts';
import { TensorError } from '../../errors.ts';
import { shapesEqual, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { addAlike } from './addAlike.ts';
import { broadcastOf, broadcastShapes, writeGradient, writeSums } from '../broadcasting.ts';
import { requireHeld } from '../checks.ts';
import { arrayOf, readOperands, shapesOf } from '../operands.ts';
import type { BesideFloats, BesideNumbers, FirstType, NumberType, Operand } from '../operands.ts';
import { isFloat } from '../../dtypes.ts';
import type { DType, FloatOf } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/** An operation of the kernel family `binary` with a numeric result, and its gradients. */
function mapped<D extends DType>(member: BinaryMember, a: Operand, b: Operand): Tensor<D> {
  const { name } = member;
  const first = readOperands(name, { a, b });
  if (first.dtype === 'bool') throw new TensorError(`${name}: bool is not a numeric type; use cast() or where()`);
  const { device } = first;
  const shapes = shapesOf(a, b);
  const shape = broadcastShapes(name, shapes);
  const length = sizeOf(shape);
  const [arrayA, arrayB] = [arrayOf(a), arrayOf(b)];
  const type = kernels.binaryResult(member, arrayA, arrayB);
  if (type === first.dtype)
    for (const [operand, value] of Object.entries({ a, b }))
      if (typeof value === 'number') requireHeld(name, operand, value, first);
  const array = device.allocate(type, Math.max(1, length), name);
  kernels.binary(device, {
    function: member,
    a: arrayA,
    b: arrayB,
    output: array,
    length,
    broadcast: broadcastOf(shape, shapes),
  });
  // Gradients flow between floats only.
  if (!isFloat(first.dtype)) return new Tensor({ array, shape, device });
  return operationResult({
    operation: name,
    inputs: [a, b].filter((operand) => typeof operand !== 'number') as [Tensor, ...Tensor[]],
    array,
    shape,
    backward(gradients) {
      const result = { member, a, b, shape };
      addGradient(gradients, 'a', result);
      addGradient(gradients, 'b', result);
    },
  });
}

interface BinaryResult {
  readonly member: BinaryMember;
  readonly a: Operand;
  readonly b: Operand;
  readonly shape: Shape;
}

/** Records the gradient by one operand, where that is a tensor. */
function addGradient(gradients: Gradients, by: 'a' | 'b', { member, a, b, shape }: BinaryResult): void {
  const input = by === 'a' ? a : b;
  if (typeof input === 'number') return;
  const { device } = input;
  const [gradOutput, length] = [gradients.output, sizeOf(shape)];
  const factor = kernels.constantSlope(member, by);
  const isWhole = shapesEqual(input.shape, shape);
  if (isWhole && factor === 1) return gradients.handOn(input);
  // The gradient of a product needs only the other operand.
  const arrayIn = (operand: Operand) =>
    typeof operand === 'number' || (operand === input && a !== b && member === members.mul)
      ? arrayOf(operand)
      : gradients.read(operand);
  gradients.add(input, (gradInput) => {
    const target = { array: gradInput, shape: input.shape };
    if (factor !== null)
      return isWhole
        ? kernels.scale(device, { input: gradOutput, output: gradInput, factor, length })
        : writeSums(device, gradOutput, shape, { ...target, factor });
    writeGradient(device, member.name, shape, target, (full) =>
      kernels.binaryBackward(device, {
        function: member,
        by,
        gradOutput,
        a: arrayIn(a),
        b: arrayIn(b),
        gradInput: full,
        length,
        broadcast: broadcastOf(shape, { gradOutput: shape, ...shapesOf(a, b) }),
      }),
    );
  });
}

/** Whether both are float tensors of one shape, which have kernels of their own. */
function areAlike(operation: string, a: Operand, b: Operand): boolean {
  if (!(a instanceof Tensor && b instanceof Tensor) || !shapesEqual(a.shape, b.shape)) return false;
  return isFloat(readOperands(operation, { a, b }, true).dtype);
}

/**
 * Sum of two tensors that broadcast, or of a tensor and a number; of the element type of the
 * first, but f32 of whole numbers beside a fraction. Both get the gradient of the result,
 * summed over what was repeated.
 *
 * @throws ShapeError, TensorError
 */
export function add<A extends Operand, B extends Operand>(a: A, b: B & BesideFloats<A, B>): Tensor<NumberType<A, B>> {
  requireAtMost('add', 2, arguments);
  return areAlike('add', a, b) ? addAlike(a as Tensor, b as Tensor) : mapped(members.add, a, b);
}

/**
 * Product of two tensors that broadcast, or of a tensor and a number, element by element; of the
 * element type of the first, but f32 of whole numbers beside a fraction. The gradient of each is
 * multiplied by the other, and summed over what was repeated.
 *
 * @throws ShapeError, TensorError
 */
export function mul<A extends Operand, B extends Operand>(a: A, b: B & BesideFloats<A, B>): Tensor<NumberType<A, B>> {
  requireAtMost('mul', 2, arguments);
  return areAlike('mul', a, b) ? mulAlike(a as Tensor, b as Tensor) : mapped(members.mul, a, b);
}

function mulAlike<D extends DType>(a: Tensor, b: Tensor): Tensor<D> {
  const { device, size: length } = a;
  const array = device.allocate(a.array.elementType, a.array.length, 'mul');
  kernels.multiply(device, { a: a.array, b: b.array, output: array, length });
  return operationResult({
    operation: 'mul',
    inputs: [a, b],
    array,
    shape: a.shape,
    backward(gradients) {
      const gradOutput = gradients.output;
      const times = (other: Tensor) => (output: kernels.GpuArray) =>
        kernels.multiply(device, { a: gradOutput, b: gradients.read(other), output, length });
      gradients.add(a, times(b));
      gradients.add(b, times(a));
    },
  });
}

/**
 * `a - b` of tensors that broadcast, or of a tensor and a number. Of the element type of the first,
 * but f32 of whole numbers beside a fraction. The gradient goes to a as it is and to b negated,
 * summed over what was repeated.
 *
 * @throws ShapeError, TensorError
 */
export function sub<A extends Operand, B extends Operand>(a: A, b: B & BesideNumbers<A, B>): Tensor<NumberType<A, B>> {
  requireAtMost('sub', 2, arguments);
  return mapped(members.sub, a, b);
}

/**
 * `a / b` of tensors that broadcast, or of a tensor and a number; f32 of whole numbers. Of the
 * element type of the first. The gradients are those of PyTorch, `1 / b` and `-a / b²`, summed over
 * what was repeated.
 *
 * @throws ShapeError, TensorError
 */
export function div<A extends Operand, B extends Operand>(
  a: A,
  b: B & BesideNumbers<A, B>,
): Tensor<FloatOf<FirstType<A, B>>> {
  requireAtMost('div', 2, arguments);
  return mapped(members.div, a, b);
}

/**
 * a to the power b, of tensors that broadcast, or of a tensor and a number, to 2 units in the last
 * place. The gradients at 0 are those of PyTorch. Of the element type of the first; whole numbers
 * wrap beyond 32 bits, and are f32 beside a fraction. A tensor of whole numbers with negative
 * exponents gives 0, except for bases 1 and -1.
 *
 * @throws ShapeError, TensorError of whole numbers and a negative number
 */
export function pow<A extends Operand, B extends Operand>(a: A, b: B & BesideNumbers<A, B>): Tensor<NumberType<A, B>> {
  requireAtMost('pow', 2, arguments);
  if (typeof b === 'number' && b < 0 && Number.isInteger(b) && a instanceof Tensor && !isFloat(a.dtype))
    throw new TensorError(
      `pow: a is of ${a.dtype} and b is ${b}; whole numbers have no negative powers, so use cast(a, 'f32')`,
    );
  return mapped(members.pow, a, b);
}

/**
 * The larger of two at each place; NaN where one is. Where they are equal, each gets half of the
 * gradient. Tensors broadcast; of the element type of the first, but f32 of whole numbers beside a
 * fraction.
 *
 * @throws ShapeError, TensorError
 */
export function maximum<A extends Operand, B extends Operand>(
  a: A,
  b: B & BesideNumbers<A, B>,
): Tensor<NumberType<A, B>> {
  requireAtMost('maximum', 2, arguments);
  return mapped(members.maximum, a, b);
}

/**
 * The smaller of two at each place; NaN where one is. Where they are equal, each gets half of the
 * gradient. Tensors broadcast; of the element type of the first, but f32 of whole numbers beside a
 * fraction.
 *
 * @throws ShapeError, TensorError
 */
export function minimum<A extends Operand, B extends Operand>(
  a: A,
  b: B & BesideNumbers<A, B>,
): Tensor<NumberType<A, B>> {
  requireAtMost('minimum', 2, arguments);
  return mapped(members.minimum, a, b);
}
