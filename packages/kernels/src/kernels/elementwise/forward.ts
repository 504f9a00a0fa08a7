import type { Gpu } from '../../gpu.ts';
import { floatTypes, requireKernelOptions } from '../validate.ts';
import type { MapStep } from './mapDispatch.ts';
import { recordMap } from './recordMap.ts';
import { accumulateKinds, binaryKinds, scaleKinds } from './options.ts';
import type { BinaryOptions, ScaleOptions, AccumulateOptions } from './options.ts';

/**
 * Records output = a + b.
 *
 * @throws KernelArgumentError
 */
export function add(gpu: Gpu, options: BinaryOptions): void {
  requireKernelOptions('add', options, binaryKinds);
  const { a, b, output, length } = options;
  recordFloats(gpu, 'add', 'a + b', { a, b }, { output, length });
}

/**
 * Records output = a * b, element by element.
 *
 * @throws KernelArgumentError
 */
export function multiply(gpu: Gpu, options: BinaryOptions): void {
  requireKernelOptions('multiply', options, binaryKinds);
  const { a, b, output, length } = options;
  recordFloats(gpu, 'multiply', 'a * b', { a, b }, { output, length });
}

/**
 * Records output = factor * input.
 *
 * @throws KernelArgumentError
 */
export function scale(gpu: Gpu, options: ScaleOptions): void {
  requireKernelOptions('scale', options, scaleKinds);
  const { input, output, factor, length } = options;
  recordFloats(gpu, 'scale', 'factor * input', { input, factor }, { output, length });
}

/**
 * Records target = target + factor * value.
 *
 * @throws KernelArgumentError
 */
export function accumulate(gpu: Gpu, options: AccumulateOptions): void {
  requireKernelOptions('accumulate', options, accumulateKinds);
  const { value, target, factor = 1, length } = options;
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
