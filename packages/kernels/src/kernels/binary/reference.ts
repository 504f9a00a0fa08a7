import { binaryMember } from './members.ts';
import type { BinaryFunction } from './members.ts';

/** output = function(a, b); numbers repeat. */
export function binaryReference(
  name: BinaryFunction,
  a: ArrayLike<number> | number,
  b: ArrayLike<number> | number,
): Float64Array {
  const { reference } = binaryMember(name);
  const at = (operand: ArrayLike<number> | number, index: number) =>
    typeof operand === 'number' ? operand : (operand[index] as number);
  const length = typeof a === 'number' ? (typeof b === 'number' ? 1 : b.length) : a.length;
  return Float64Array.from({ length }, (_, index) => reference(at(a, index), at(b, index)));
}
