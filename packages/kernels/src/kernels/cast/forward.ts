import type { Gpu } from '../../gpu.ts';
import { anyTypes } from '../validate.ts';
import { recordElementwise } from '../elementwise/recordElementwise.ts';
import { wgsl as castSource } from './cast.wgsl.ts';
import type { CastOptions } from './options.ts';

/**
 * Records output = input, converted to the type of `output`. To f16 it rounds to nearest and
 * overflows to infinity; from a float to an integer it truncates and stops at the integer's limits.
 *
 * @throws KernelArgumentError
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
