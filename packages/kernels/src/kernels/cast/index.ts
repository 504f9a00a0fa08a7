import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { anyTypes } from '../validate.ts';
import { recordElementwise } from '../elementwise/record.ts';
import { wgsl as castSource } from './cast.wgsl.ts';

export interface CastOptions {
  /** [length], any type. */
  readonly input: GpuArray;
  /** [length], any type, in another buffer. */
  readonly output: GpuArray;
  readonly length: number;
}

/**
 * Records output = input, converted to the type of `output`. To f16 it rounds to nearest and
 * overflows to infinity; from a float to an integer it truncates and stops at the integer's limits.
 * Throws KernelArgumentError.
 */
export function cast(gpu: Gpu, { input, output, length }: CastOptions): void {
  recordElementwise(gpu, {
    kernel: 'cast',
    source: castSource,
    reads: { input },
    writes: { output },
    length,
    types: anyTypes,
  });
}
