import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { recordBroadcast } from '../elementwise/recordBroadcast.ts';
import type { Computed } from '../elementwise/mapDispatch.ts';
import type { BinaryMember } from './members.ts';
import { binaryKinds } from './options.ts';
import type { BinaryFunctionOptions } from './options.ts';
import { requireKernelOptions } from '../validate.ts';

type Operand = GpuArray | number;

const isFloat = (type: ElementType): boolean => type === 'f32' || type === 'f16';

/**
 * The type to compute in. Whole numbers stay whole, unless one operand is a fraction, or is
 * compared with a number that their type cannot represent.
 */
function computedType({ integers }: BinaryMember, a: GpuArray | number, b: GpuArray | number): Computed {
  let type: Computed | null = null;
  for (const operand of [a, b]) {
    if (typeof operand === 'number') {
      if (!Number.isInteger(operand)) return 'f32';
    } else if (isFloat(operand.elementType)) return 'f32';
    else type = operand.elementType as Computed;
  }
  if (integers === 'float' || !type) return 'f32';
  return integers === 'test' && !(holds(type, a) && holds(type, b)) ? 'f32' : type;
}

const holds = (type: ElementType, operand: Operand): boolean =>
  typeof operand !== 'number' || operand === (type === 'i32' ? operand | 0 : operand >>> 0);

/**
 * A number that whole numbers are compared with. One outside their range is replaced by one that no
 * value of that type reaches when rounded to f32: 2 ** 31 - 1 rounds to 2 ** 31.
 */
function comparedWith(operand: Operand, other: Operand): Operand {
  if (typeof operand !== 'number' || typeof other === 'number' || isFloat(other.elementType)) return operand;
  return Number.isInteger(operand) && !holds(other.elementType, operand) ? Math.sign(operand) * 2 ** 40 : operand;
}

/** Element type of the result for these operands: f32 where whole numbers become floats. */
export function binaryResult(member: BinaryMember, a: GpuArray | number, b: GpuArray | number): ElementType {
  if (member.integers === 'test') return 'u32';
  const computed = computedType(member, a, b);
  const first = typeof a === 'number' ? b : a;
  return computed === 'f32' && typeof first !== 'number' && isFloat(first.elementType) ? first.elementType : computed;
}

/**
 * Records output = function(a, b), element by element; floats are computed in f32.
 *
 * @throws KernelArgumentError
 */
export function binary(gpu: Gpu, options: BinaryFunctionOptions): void {
  requireKernelOptions('binary', options, binaryKinds);
  const { function: member, a, b, output, length, broadcast } = options;
  const { name, value, ofIntegers = value, includes } = member;
  const computed = computedType(member, a, b);
  const formula = (computed === 'f32' ? value : ofIntegers).replaceAll('T(', `${computed}(`);
  recordBroadcast(gpu, {
    kernel: `binary ${name}`,
    formula: { name, body: `return ${formula};`, includes },
    operands: member.integers === 'test' ? { a: comparedWith(a, b), b: comparedWith(b, a) } : { a, b },
    computed,
    output,
    length,
    broadcast,
  });
}
