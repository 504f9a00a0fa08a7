import type { Gpu } from '../../gpu.ts';
import { floatTypes, requireKernelOptions } from '../validate.ts';
import type { MapStep } from './mapDispatch.ts';
import { recordBroadcast } from './recordBroadcast.ts';
import { recordMap } from './recordMap.ts';
import { accumulateKinds, binaryKinds, scaleKinds, scaleRepeatedKinds } from './options.ts';
import type { AccumulateOptions, BinaryOptions, ScaleOptions, ScaleRepeatedOptions } from './options.ts';

/**
 * Records output = a + b.
 *
 * @throws KernelArgumentError
 */
export function add(gpu: Gpu, options: BinaryOptions): void {
  requireKernelOptions('add', options, binaryKinds);
  const { a, b, output, length } = options;
  recordMap(gpu, { ...floats('add', 'a + b', { a, b }), output, length });
}

/**
 * Records output = a * b, element by element.
 *
 * @throws KernelArgumentError
 */
export function multiply(gpu: Gpu, options: BinaryOptions): void {
  requireKernelOptions('multiply', options, binaryKinds);
  const { a, b, output, length } = options;
  recordMap(gpu, { ...floats('multiply', 'a * b', { a, b }), output, length });
}

/**
 * Records output = factor * input.
 *
 * @throws KernelArgumentError
 */
export function scale(gpu: Gpu, options: ScaleOptions): void {
  requireKernelOptions('scale', options, scaleKinds);
  const { input, output, factor, length } = options;
  recordMap(gpu, { ...floats('scale', 'factor * input', { input, factor }), output, length });
}

/**
 * Records output = factor * input, where the input is broadcast along dimensions.
 *
 * @throws KernelArgumentError
 */
export function scaleRepeated(gpu: Gpu, options: ScaleRepeatedOptions): void {
  requireKernelOptions('scaleRepeated', options, scaleRepeatedKinds);
  const { input, factor, ...result } = options;
  recordBroadcast(gpu, { ...floats('scaleRepeated', 'factor * input', { input, factor }), ...result });
}

/**
 * Records target = target + factor * value.
 *
 * @throws KernelArgumentError
 */
export function accumulate(gpu: Gpu, options: AccumulateOptions): void {
  requireKernelOptions('accumulate', options, accumulateKinds);
  const { value, target, factor = 1, length } = options;
  // `target` is a reserved word of WGSL.
  const operands = { value, sum: target, factor };
  recordMap(gpu, { ...floats('accumulate', 'sum + factor * value', operands), output: target, length, inPlace: true });
}

function floats(kernel: string, value: string, operands: MapStep['operands']) {
  const formula = { name: kernel, body: `return ${value};` };
  return { kernel, formula, operands, computed: 'f32', types: floatTypes } as const;
}
