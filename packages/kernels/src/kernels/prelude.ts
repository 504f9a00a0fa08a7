import { KernelArgumentError } from '../errors.ts';
import type { Gpu } from '../gpu.ts';
import type { ElementType, GpuArray } from '../gpuArray.ts';

/** Lines in front of a room's WGSL that say what varies, and the words that name them in a program key. */
export interface Prelude {
  readonly key: string;
  readonly text: () => string;
}

/**
 * Types of a kernel's arrays: `{ input }` gives `alias Input = f32;`, or with width 4 `alias Input = vec4<f32>;`. `Values` is the f32
 * type of the same width, in which everything is computed.
 *
 * @throws KernelArgumentError for f16 arrays on a device without `shader-f16`
 */
export function elementAliases(gpu: Gpu, kernel: string, arrays: Readonly<Record<string, GpuArray>>, width: 1 | 4 = 1): Prelude {
  const types = Object.values(arrays).map(({ elementType }) => elementType);
  const half = types.includes('f16');
  if (half && !gpu.profile.f16)
    throw new KernelArgumentError(`${kernel}: an array holds f16, and this adapter lacks the feature shader-f16`);
  const vector = (type: ElementType) => (width === 4 ? `vec4<${type}>` : type);
  return {
    key: `${types.join(' ')}${width === 4 ? ' by 4' : ''}`,
    text: () =>
      [
        ...(half ? ['enable f16;'] : []),
        `alias Values = ${vector('f32')};`,
        ...Object.keys(arrays).map((name, index) => `alias ${capitalised(name)} = ${vector(types[index] as ElementType)};`),
        '',
      ].join('\n'),
  };
}

/**
 * `@group(0) @binding(n)` lines for kernels whose arrays depend on their options, numbered as `Dispatch` has them. Array `input` is an
 * `array<Input>`
 * unless `types` names its element.
 */
export function declareArrays(reads: readonly string[], writes: readonly string[], types: Readonly<Record<string, string>> = {}): string {
  const declare = (name: string, index: number) => {
    const access = index < reads.length ? 'read' : 'read_write';
    return `@group(0) @binding(${index + 1}) var<storage, ${access}> ${name}: array<${types[name] ?? capitalised(name)}>;\n`;
  };
  return [...reads, ...writes].map(declare).join('');
}

function capitalised(name: string): string {
  return `${name[0]?.toUpperCase()}${name.slice(1)}`;
}
