import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { wgsl as accumulateSource } from './accumulate.wgsl.ts';
import { wgsl as addSource } from './add.wgsl.ts';
import { wgsl as multiplySource } from './multiply.wgsl.ts';
import { recordElementwise } from './record.ts';
import { wgsl as scaleSource } from './scale.wgsl.ts';

export interface BinaryOptions {
  /** [length], f32 or f16. May be the same array as `b`. */
  readonly a: GpuArray;
  /** [length], f32 or f16. */
  readonly b: GpuArray;
  /** [length], f32 or f16, in a buffer of its own. */
  readonly output: GpuArray;
  readonly length: number;
}

/** Records output = a + b. Throws KernelArgumentError. */
export function add(gpu: Gpu, { a, b, output, length }: BinaryOptions): void {
  recordElementwise(gpu, { kernel: 'add', source: addSource, reads: { a, b }, writes: { output }, length });
}

/** Records output = a * b, element by element. Throws KernelArgumentError. */
export function multiply(gpu: Gpu, { a, b, output, length }: BinaryOptions): void {
  recordElementwise(gpu, { kernel: 'multiply', source: multiplySource, reads: { a, b }, writes: { output }, length });
}

export interface ScaleOptions {
  /** [length], f32 or f16. */
  readonly input: GpuArray;
  /** [length], f32 or f16, in another buffer than `input`. */
  readonly output: GpuArray;
  readonly factor: number;
  readonly length: number;
}

/** Records output = factor * input. Throws KernelArgumentError. */
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

export interface AccumulateOptions {
  /** [length], f32 or f16: what is added. */
  readonly value: GpuArray;
  /** [length], f32 or f16, in another buffer: what is added to, in place. */
  readonly target: GpuArray;
  /** Default 1. */
  readonly factor?: number;
  readonly length: number;
}

/** Records target = target + factor * value. Throws KernelArgumentError. */
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
