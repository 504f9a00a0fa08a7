import * as kernels from '@attune/kernels';
import type { BinaryMember } from '@attune/kernels';
import * as members from '@attune/kernels/binary';
import { sizeOf } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import { broadcastOf, broadcastShapes } from '../broadcasting.ts';
import { arrayOf, readOperands, shapesOf } from '../operands.ts';
import type { Beside, Operand } from '../operands.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/** An operation of the family with a bool result, without a gradient. */
function tested(member: BinaryMember, a: Operand, b: Operand): Tensor<'bool'> {
  const { name } = member;
  const { device } = readOperands(name, { a, b });
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

/**
 * Where `a` equals `b`: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function eq<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<'bool'> {
  requireAtMost('eq', 2, arguments);
  return tested(members.eq, a, b);
}

/**
 * Where `a` differs from `b`; NaN differs from itself: a tensor of bool, of the shape to which both
 * broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function ne<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<'bool'> {
  requireAtMost('ne', 2, arguments);
  return tested(members.ne, a, b);
}

/**
 * Where `a < b`: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function lt<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<'bool'> {
  requireAtMost('lt', 2, arguments);
  return tested(members.lt, a, b);
}

/**
 * Where `a <= b`: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function le<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<'bool'> {
  requireAtMost('le', 2, arguments);
  return tested(members.le, a, b);
}

/**
 * Where `a > b`: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function gt<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<'bool'> {
  requireAtMost('gt', 2, arguments);
  return tested(members.gt, a, b);
}

/**
 * Where `a >= b`: a tensor of bool, of the shape to which both broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function ge<A extends Operand, B extends Operand>(a: A, b: B & Beside<A, B>): Tensor<'bool'> {
  requireAtMost('ge', 2, arguments);
  return tested(members.ge, a, b);
}

/**
 * Where both are true, or not 0: a tensor of bool, of the shape to which both
 * broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function logicalAnd(a: Operand, b: Operand): Tensor<'bool'> {
  requireAtMost('logicalAnd', 2, arguments);
  return tested(members.logicalAnd, a, b);
}

/**
 * Where one is true, or not 0: a tensor of bool, of the shape to which both
 * broadcast. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function logicalOr(a: Operand, b: Operand): Tensor<'bool'> {
  requireAtMost('logicalOr', 2, arguments);
  return tested(members.logicalOr, a, b);
}
