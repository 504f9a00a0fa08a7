import type { Gpu } from '../../gpu.ts';
import type { ElementType, GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import type { Dispatch } from '../../recording/dispatch.ts';
import { anyTypes, requireArray, requireSeparate } from '../validate.ts';
import { mapDispatch } from './mapDispatch.ts';
import type { MapStep, Repeats } from './mapDispatch.ts';

export interface MapOptions extends MapStep {
  readonly length: number;
  /** Element types that arrays may have. Default: any. */
  readonly types?: readonly ElementType[];
  /** Whether the output may be one of the operands. Default false. */
  readonly inPlace?: boolean;
}

/**
 * Checks the arrays and records output = formula(operands), in vectors of four where that is
 * possible.
 *
 * @param repeats default: no operand is broadcast
 */
export function recordMap(gpu: Gpu, options: MapOptions, repeats?: Repeats): void {
  const { kernel, operands, output, length, types = anyTypes, inPlace } = options;
  const reads: GpuArray[] = [];
  let bytes = length * bytesPerElement[output.elementType];
  for (const name in operands) {
    const operand = operands[name] as GpuArray | number;
    if (typeof operand === 'number') continue;
    const size = repeats?.sizes[name] ?? length;
    requireArray(kernel, name, operand, { length: size }, types);
    if (!inPlace || operand !== output) reads.push(operand);
    bytes += size * bytesPerElement[operand.elementType];
  }
  requireArray(kernel, 'output', output, { length }, types);
  requireSeparate(kernel, reads, [output]);
  gpu.dispatch(mapDispatch(gpu, [options], length, repeats, { bytes }) as Dispatch);
}
