import type { BinaryMember } from './members.ts';

/** output = function(a, b); plain numbers are broadcast. */
export function binaryReference(
  { reference }: BinaryMember,
  a: ArrayLike<number> | number,
  b: ArrayLike<number> | number,
): Float64Array {
  const at = (operand: ArrayLike<number> | number, index: number) =>
    typeof operand === 'number' ? operand : (operand[index] as number);
  const length = typeof a === 'number' ? (typeof b === 'number' ? 1 : b.length) : a.length;
  return Float64Array.from({ length }, (_, index) => reference(at(a, index), at(b, index)));
}
