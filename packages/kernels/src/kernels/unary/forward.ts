import type { Gpu } from '../../gpu.ts';
import type { ElementType } from '../../memory/gpuArray.ts';
import { recordMap } from '../elementwise/recordMap.ts';
import type { Computed } from '../elementwise/mapDispatch.ts';
import type { UnaryMember } from './members.ts';
import { unaryKinds } from './options.ts';
import type { UnaryOptions } from './options.ts';
import { requireKernelOptions } from '../validate.ts';

const isFloat = (type: ElementType): type is 'f32' | 'f16' => type === 'f32' || type === 'f16';

/**
 * Element type of a function's result: u32 (0 or 1) for tests, f32 where whole numbers become
 * floats.
 */
export function unaryResult({ integers = 'float' }: UnaryMember, input: ElementType): ElementType {
  if (integers === 'test') return 'u32';
  return isFloat(input) || integers === 'keep' ? input : 'f32';
}

/** The type that a function computes in, for elements of the stored type. */
function computedType({ integers = 'float', ofIntegers }: UnaryMember, stored: ElementType): Computed {
  const staysWhole = integers === 'keep' || (integers === 'test' && ofIntegers !== undefined);
  return isFloat(stored) || !staysWhole ? 'f32' : stored;
}

/**
 * Records output = function(input), element by element; floats are computed in f32.
 *
 * @throws KernelArgumentError
 */
export function unary(gpu: Gpu, options: UnaryOptions): void {
  requireKernelOptions('unary', options, unaryKinds);
  const { function: member, input, output, length, p = 0, q = 0 } = options;
  const { name } = member;
  const computed = computedType(member, input.elementType);
  const value =
    computed === 'f32' ? member.value : (member.ofIntegers ?? member.value).replaceAll('T(', `${computed}(`);
  recordMap(gpu, {
    kernel: `unary ${name}`,
    formula: { name, body: `return ${value};`, includes: member.includes },
    operands: { x: input, p, q },
    computed,
    output,
    length,
  });
}
