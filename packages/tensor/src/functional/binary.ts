import * as kernels from '@attune/kernels';
import type { BinaryMember } from '@attune/kernels';
import * as members from '@attune/kernels/binary';
import { operationResult } from '../autograd/operation.ts';
import { TensorError } from '../errors.ts';
import { shapesEqual, sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { broadcastOf, broadcastShapes, writeSums } from './broadcasting.ts';
import { requireFloats } from './checks.ts';
import { requireOperands } from './operands.ts';
import type { Beside, FirstType, Operand } from './operands.ts';
import type { DType, FloatOf } from '../dtypes.ts';

const arrayOf = (operand: Operand) => (typeof operand === 'number' ? operand : operand.array);

/** The shapes of those that are tensors. */
function shapesOf(a: Operand, b: Operand): Record<string, Shape> {
  return { ...(typeof a !== 'number' && { a: a.shape }), ...(typeof b !== 'number' && { b: b.shape }) };
}

/** An operation of the kernels' family `binary` that gives numbers, with its gradients. */
function mapped<D extends DType>(member: BinaryMember, a: Operand, b: Operand): Tensor<D> {
  const { name } = member;
  const first = requireOperands(name, { a, b });
  if (first.dtype === 'bool') throw new TensorError(`${name}: a mask of bool is no number; cast() it, or use where()`);
  const { device } = first;
  const shapes = shapesOf(a, b);
  const shape = broadcastShapes(name, shapes);
  const length = sizeOf(shape);
  const [arrayA, arrayB] = [arrayOf(a), arrayOf(b)];
  const type = kernels.binaryResult(member, arrayA, arrayB);
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
  if (first.dtype !== 'f32' && first.dtype !== 'f16') return new Tensor({ array, shape, device });
  const inputs = [a, b].filter((operand) => typeof operand !== 'number') as [Tensor, ...Tensor[]];
  return operationResult({
    operation: name,
    inputs,
    array,
    shape,
    backward(gradients) {
      const gradOutput = gradients.output;
      for (const [by, input] of [
        ['a', a],
        ['b', b],
      ] as const) {
        if (typeof input === 'number') continue;
        const factor = kernels.constantSlope(member, by);
        const isWhole = shapesEqual(input.shape, shape);
        if (isWhole && factor === 1) {
          gradients.handOn(input);
          continue;
        }
        gradients.add(input, (gradInput) => {
          if (isWhole && factor !== null) {
            kernels.scale(device, { input: gradOutput, output: gradInput, factor, length });
            return;
          }
          if (factor !== null)
            return writeSums(device, gradOutput, shape, { array: gradInput, shape: input.shape, factor });
          const full = isWhole ? gradInput : device.allocate('f32', Math.max(1, length), `${name} backward`);
          const broadcast = broadcastOf(shape, { gradOutput: shape, ...shapes });
          kernels.binaryBackward(device, {
            function: member,
            by,
            gradOutput,
            a: arrayOf(a),
            b: arrayOf(b),
            gradInput: full,
            length,
            broadcast,
          });
          if (isWhole) return;
          writeSums(device, full, shape, { array: gradInput, shape: input.shape });
          device.release(full);
        });
      }
    },
  });
}

/** An operation of the family that gives true and false, without a gradient. */
function tested(member: BinaryMember, a: Operand, b: Operand): Tensor<'bool'> {
  const { name } = member;
  const { device } = requireOperands(name, { a, b });
  const shapes = shapesOf(a, b);
  const shape = broadcastShapes(name, shapes);
  const length = sizeOf(shape);
  const array = device.allocate('u32', Math.max(1, length), name);
  kernels.binary(device, {
    function: member,
    a: arrayOf(a),
    b: arrayOf(b),
    output: array,
    length,
    broadcast: broadcastOf(shape, shapes),
  });
  return new Tensor({ array, shape, device, isBool: true });
}

/** Whether both are tensors of floats of one shape, for which there are kernels that a model's step uses. */
function areAlike(operation: string, a: Operand, b: Operand): boolean {
  if (!(a instanceof Tensor && b instanceof Tensor) || !shapesEqual(a.shape, b.shape)) return false;
  const { dtype } = requireOperands(operation, { a, b }, true);
  return dtype === 'f32' || dtype === 'f16';
}

/**
 * Sum of two tensors that broadcast, or of a tensor and a number; of the element type of the first.
 * Both get the gradient of the result, summed over what was repeated.
 *
 * @throws ShapeError, TensorError
 */
export function add<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<FirstType<A, B>> {
  return areAlike('add', a, b) ? addAlike(a as Tensor, b as Tensor) : mapped(members.add, a, b);
}

function addAlike<D extends DType>(a: Tensor, b: Tensor): Tensor<D> {
  const { device, size: length } = a;
  const array = device.allocate(a.array.elementType, a.array.length, 'add');
  kernels.add(device, { a: a.array, b: b.array, output: array, length });
  return operationResult({
    operation: 'add',
    inputs: [a, b],
    array,
    shape: a.shape,
    backward(gradients) {
      gradients.handOn(a);
      gradients.handOn(b);
    },
  });
}

/**
 * Product of two tensors that broadcast, or of a tensor and a number, element by element; of the
 * element type of the first. The gradient of each is multiplied by the other, and summed over what
 * was repeated.
 *
 * @throws ShapeError, TensorError
 */
export function mul<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<FirstType<A, B>> {
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
      gradients.add(a, (gradA) => kernels.multiply(device, { a: gradOutput, b: b.array, output: gradA, length }));
      gradients.add(b, (gradB) => kernels.multiply(device, { a: gradOutput, b: a.array, output: gradB, length }));
    },
  });
}

/**
 * `a - b` of tensors that broadcast, or of a tensor and a number. Of the element type of the first.
 * The gradient goes to a as it is and to b negated, summed over what was repeated.
 *
 * @throws ShapeError, TensorError
 */
export function sub<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<FirstType<A, B>> {
  return mapped(members.sub, a, b);
}

/**
 * `a / b` of tensors that broadcast, or of a tensor and a number; f32 of whole numbers. Of the
 * element type of the first. The gradients are those of PyTorch, `1 / b` and `-a / b²`, summed over
 * what was repeated.
 *
 * @throws ShapeError, TensorError
 */
export function div<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<FloatOf<FirstType<A, B>>> {
  return mapped(members.div, a, b);
}

/**
 * a to the power b, of tensors that broadcast, or of a tensor and a number, to 2 units in the last
 * place; f32 of whole numbers. The gradients at 0 are those of PyTorch. Of the element type of the
 * first.
 *
 * @throws ShapeError, TensorError
 */
export function pow<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<FloatOf<FirstType<A, B>>> {
  return mapped(members.pow, a, b);
}

/**
 * The larger of two at each place; NaN where one is. Where they are equal, each gets half of the
 * gradient. Tensors broadcast; of the element type of the first.
 *
 * @throws ShapeError, TensorError
 */
export function maximum<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<FirstType<A, B>> {
  return mapped(members.maximum, a, b);
}

/**
 * The smaller of two at each place; NaN where one is. Where they are equal, each gets half of the
 * gradient. Tensors broadcast; of the element type of the first.
 *
 * @throws ShapeError, TensorError
 */
export function minimum<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<FirstType<A, B>> {
  return mapped(members.minimum, a, b);
}

/**
 * Where `a` equals `b`: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function eq<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<'bool'> {
  return tested(members.eq, a, b);
}

/**
 * Where `a` differs from `b`; NaN differs from itself: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function ne<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<'bool'> {
  return tested(members.ne, a, b);
}

/**
 * Where `a < b`: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function lt<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<'bool'> {
  return tested(members.lt, a, b);
}

/**
 * Where `a <= b`: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function le<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<'bool'> {
  return tested(members.le, a, b);
}

/**
 * Where `a > b`: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function gt<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<'bool'> {
  return tested(members.gt, a, b);
}

/**
 * Where `a >= b`: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function ge<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<'bool'> {
  return tested(members.ge, a, b);
}

/**
 * Where both are true, or not 0: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function logicalAnd(a: Operand, b: Operand): Tensor<'bool'> {
  return tested(members.logicalAnd, a, b);
}

/**
 * Where one is true, or not 0: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function logicalOr(a: Operand, b: Operand): Tensor<'bool'> {
  return tested(members.logicalOr, a, b);
}

/**
 * From `start` (weight 0) to `end` (weight 1) in a straight line, as `torch.lerp`; all broadcast.
 * Of the element type of `start`; gradients flow to all that are tensors.
 *
 * @param weight a tensor or a number
 * @throws ShapeError, TensorError
 */
export function lerp<D extends DType>(start: Tensor<D>, end: Operand, weight: Operand): Tensor<D> {
  requireFloats('lerp', 'start', start);
  requireOperands('lerp', { start, end, weight });
  const given = Object.entries({ start, end, weight }).filter(([, operand]) => typeof operand !== 'number');
  broadcastShapes('lerp', Object.fromEntries(given.map(([name, operand]) => [name, (operand as Tensor).shape])));
  const way = sub<Operand, Tensor>(end, start);
  // From the nearer end, which is met exactly.
  if (typeof weight === 'number' && weight >= 0.5) return sub(end, mul(way, 1 - weight)) as Tensor<D>;
  return add<Tensor, Tensor>(start, mul(way, weight)) as Tensor<D>;
}
