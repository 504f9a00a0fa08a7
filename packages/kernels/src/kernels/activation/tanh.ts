import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { recordElementwise } from '../elementwise/record.ts';
import type { ActivationOptions } from './activationOptions.ts';
import { wgsl as tanhSource } from './tanh.wgsl.ts';
import { wgsl as tanhFunction } from './tanhAccurate.wgsl.ts';
import { wgsl as tanhBackwardSource } from './tanhBackward.wgsl.ts';

export interface TanhBackwardOptions {
  /** [length], f32 or f16. */
  readonly gradOutput: GpuArray;
  /** [length], f32 or f16: the output of the forward. */
  readonly output: GpuArray;
  /** [length], f32 or f16, in another buffer. */
  readonly gradInput: GpuArray;
  readonly length: number;
}

/** Records output = tanh(input). Throws KernelArgumentError. */
export function tanh(gpu: Gpu, { input, output, length }: ActivationOptions): void {
  const prelude = {
    key: '',
    text: (width: 1 | 4) => `alias Bits = ${width === 4 ? 'vec4<u32>' : 'u32'};\n${tanhFunction}`,
  };
  recordElementwise(gpu, { kernel: 'tanh', source: tanhSource, reads: { input }, writes: { output }, length, prelude });
}

/** Records gradInput = gradOutput * (1 - output^2). Throws KernelArgumentError. */
export function tanhBackward(gpu: Gpu, { gradOutput, output, gradInput, length }: TanhBackwardOptions): void {
  recordElementwise(gpu, {
    kernel: 'tanhBackward',
    source: tanhBackwardSource,
    reads: { gradOutput, output },
    writes: { gradInput },
    length,
  });
}
