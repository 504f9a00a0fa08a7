import type { GpuArray } from '../../memory/gpuArray.ts';
import { requireArray, singleTypes } from '../validate.ts';
import type { Shape } from '../validate.ts';
import type { ClassLossInput } from './options.ts';

export const isByLabel = ({ target }: ClassLossInput): boolean =>
  target.elementType === 'i32' || target.elementType === 'u32';

/**
 * Validates the arrays that forward and backward read, and lists them in the order of their
 * bindings.
 */
export function readInput(kernel: string, options: ClassLossInput): GpuArray[] {
  const { input, target, classWeights, outer, classes, inner } = options;
  requireArray(kernel, 'input', input, { outer, classes, inner }, singleTypes);
  const shape: Shape = isByLabel(options) ? { outer, inner } : { outer, classes, inner };
  requireArray(kernel, 'target', target, shape, ['i32', 'u32', 'f32']);
  if (classWeights) requireArray(kernel, 'classWeights', classWeights, { classes }, singleTypes);
  return [input, target, ...(classWeights ? [classWeights] : [])];
}

export function inputParameters(options: ClassLossInput): { integers: number[]; floats: number[] } {
  const { outer, classes, inner, labelSmoothing = 0, ignoreIndex = -100 } = options;
  return { integers: [outer * inner, classes, inner, ignoreIndex >>> 0], floats: [labelSmoothing] };
}
