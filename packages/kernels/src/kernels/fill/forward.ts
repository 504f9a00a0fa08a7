import type { Gpu } from '../../gpu.ts';
import type { ElementType } from '../../memory/gpuArray.ts';
import { anyTypes } from '../validate.ts';
import { recordElementwise } from '../elementwise/recordElementwise.ts';
import { wgsl as fillSource } from './fill.wgsl.ts';
import type { FillOptions } from './options.ts';

/**
 * Records output = value in its first `length` elements.
 *
 * @throws KernelArgumentError
 */
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
  });
}

function bitsOf(type: ElementType, value: number): number {
  return type === 'f32' ? (new Uint32Array(Float32Array.of(value).buffer)[0] as number) : value >>> 0;
}
