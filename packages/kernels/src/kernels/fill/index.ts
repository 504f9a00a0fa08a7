import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { anyTypes } from '../validate.ts';
import { recordElementwise } from '../elementwise/record.ts';
import { wgsl as fillSource } from './fill.wgsl.ts';

export interface FillOptions {
  /** [length], any type. */
  readonly output: GpuArray;
  readonly value: number;
  readonly length: number;
}

/** Records output = value in its first `length` elements. Throws KernelArgumentError. */
export function fill(gpu: Gpu, { output, value, length }: FillOptions): void {
  const stored = output.elementType === 'f16' ? 'f32' : output.elementType;
  recordElementwise(gpu, {
    kernel: 'fill',
    source: fillSource,
    reads: {},
    writes: { output },
    length,
    integers: [bitsOf(stored, value)],
    types: anyTypes,
    prelude: {
      key: '',
      text: (width) => `alias Stored = ${stored};\nalias Spread = ${width === 4 ? `vec4<${stored}>` : stored};\n`,
    },
  });
}

function bitsOf(type: ElementType, value: number): number {
  return type === 'f32' ? (new Uint32Array(Float32Array.of(value).buffer)[0] as number) : value >>> 0;
}
