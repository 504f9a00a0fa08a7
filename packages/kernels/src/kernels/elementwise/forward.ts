import type { Gpu } from '../../gpu.ts';
import { floatTypes } from '../validate.ts';
import type { MapStep } from './mapDispatch.ts';
import { recordMap } from './recordMap.ts';
import type { BinaryOptions, ScaleOptions, AccumulateOptions } from './options.ts';

/**
 * Records output = a + b.
 *
 * @throws KernelArgumentError
 */
export function add(gpu: Gpu, { a, b, output, length }: BinaryOptions): void {
  recordFloats(gpu, 'add', 'a + b', { a, b }, { output, length });
}

/**
 * Records output = a * b, element by element.
 *
 * @throws KernelArgumentError
 */
export function multiply(gpu: Gpu, { a, b, output, length }: BinaryOptions): void {
  recordFloats(gpu, 'multiply', 'a * b', { a, b }, { output, length });
}

/**
 * Records output = factor * input.
 *
 * @throws KernelArgumentError
 */
export function scale(gpu: Gpu, { input, output, factor, length }: ScaleOptions): void {
  recordFloats(gpu, 'scale', 'factor * input', { input, factor }, { output, length });
}

/**
 * Records target = target + factor * value.
 *
 * @throws KernelArgumentError
 */
export function accumulate(gpu: Gpu, { value, target, factor = 1, length }: AccumulateOptions): void {
  // WGSL reserves the name of the target.
  recordFloats(gpu, 'accumulate', 'sum + factor * value', { value, sum: target, factor }, { output: target, length });
}

function recordFloats(
  gpu: Gpu,
  kernel: string,
  value: string,
  operands: MapStep['operands'],
  { output, length }: Pick<BinaryOptions, 'output' | 'length'>,
): void {
  const formula = { name: kernel, body: `return ${value};` };
  const inPlace = 'sum' in operands;
  recordMap(gpu, { kernel, formula, operands, computed: 'f32', output, length, types: floatTypes, inPlace });
}
