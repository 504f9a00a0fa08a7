import type { ElementType } from '../../memory/gpuArray.ts';

/** What each element is after conversion to the type; f16 by the caller, who holds its bits. */
export function castReference(input: ArrayLike<number>, type: Exclude<ElementType, 'f16'>): Float64Array {
  const convert = (value: number) => {
    if (type === 'f32') return Math.fround(value);
    const [lowest, highest] = type === 'i32' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
    return Math.min(highest, Math.max(lowest, Math.trunc(value)));
  };
  return Float64Array.from(input, convert);
}
