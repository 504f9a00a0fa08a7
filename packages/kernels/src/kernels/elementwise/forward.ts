import type { Gpu } from '../../gpu.ts';
import { wgsl as accumulateSource } from './accumulate.wgsl.ts';
import { wgsl as addSource } from './add.wgsl.ts';
import { wgsl as multiplySource } from './multiply.wgsl.ts';
import { recordElementwise } from './recordElementwise.ts';
import { wgsl as scaleSource } from './scale.wgsl.ts';
import type { BinaryOptions, ScaleOptions, AccumulateOptions } from './options.ts';

/**
 * Records output = a + b.
 *
 * @throws KernelArgumentError
 */
export function add(gpu: Gpu, { a, b, output, length }: BinaryOptions): void {
  recordElementwise(gpu, { kernel: 'add', source: addSource, reads: { a, b }, writes: { output }, length });
}

/**
 * Records output = a * b, element by element.
 *
 * @throws KernelArgumentError
 */
export function multiply(gpu: Gpu, { a, b, output, length }: BinaryOptions): void {
  recordElementwise(gpu, { kernel: 'multiply', source: multiplySource, reads: { a, b }, writes: { output }, length });
}

/**
 * Records output = factor * input.
 *
 * @throws KernelArgumentError
 */
export function scale(gpu: Gpu, { input, output, factor, length }: ScaleOptions): void {
  recordElementwise(gpu, {
    kernel: 'scale',
    source: scaleSource,
    reads: { input },
    writes: { output },
    length,
    floats: [factor],
  });
}

/**
 * Records target = target + factor * value.
 *
 * @throws KernelArgumentError
 */
export function accumulate(gpu: Gpu, { value, target, factor = 1, length }: AccumulateOptions): void {
  recordElementwise(gpu, {
    kernel: 'accumulate',
    source: accumulateSource,
    reads: { value },
    writes: { sum: target },
    length,
    floats: [factor],
  });
}
