import { KernelArgumentError } from '../errors.ts';
import type { Gpu } from '../gpu.ts';
import type { ElementType, GpuArray } from '../gpuArray.ts';

/** Lines in front of a room's WGSL that say what varies, and the words that name them in a program key. */
export interface Prelude {
  readonly key: string;
  readonly text: () => string;
}

/**
 * Types of a kernel's arrays: `{ Input: input }` gives `alias Input = f32;`, or with width 4 `alias Input = vec4<f32>;`. `Values` is the f32
 * type of the same width, in which everything is computed.
 *
 * @throws KernelArgumentError for f16 arrays on a device without `shader-f16`
 */
export function elementAliases(gpu: Gpu, kernel: string, arrays: Readonly<Record<string, GpuArray>>, width: 1 | 4 = 1): Prelude {
  const types = Object.values(arrays).map(({ elementType }) => elementType);
  const half = types.includes('f16');
  if (half && !gpu.profile.f16) throw new KernelArgumentError(`${kernel}: an array holds f16, and this adapter lacks the feature shader-f16`);
  const vector = (type: ElementType) => (width === 4 ? `vec4<${type}>` : type);
  return {
    key: `${types.join(' ')}${width === 4 ? ' by 4' : ''}`,
    text: () =>
      [
        ...(half ? ['enable f16;'] : []),
        `alias Values = ${vector('f32')};`,
        ...Object.keys(arrays).map((name, index) => `alias ${name} = ${vector(types[index] as ElementType)};`),
        '',
      ].join('\n'),
  };
}
