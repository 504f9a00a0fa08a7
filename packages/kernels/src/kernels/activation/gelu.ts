import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../gpuArray.ts';
import { recordElementwise } from '../elementwise/record.ts';
import type { ActivationOptions } from './activationOptions.ts';
import { wgsl as geluFunctions } from './gelu.wgsl.ts';
import { wgsl as geluBackwardSource } from './geluBackward.wgsl.ts';
import { wgsl as geluForwardSource } from './geluForward.wgsl.ts';

export interface GeluBackwardOptions {
  /** [length], f32 or f16. */
  readonly gradOutput: GpuArray;
  /** [length], f32 or f16: the input of the forward. */
  readonly input: GpuArray;
  /** [length], f32 or f16, in another buffer. */
  readonly gradInput: GpuArray;
  readonly length: number;
}

/** Lines that apply the functions of gelu.wgsl, which take one number, to a vector of either width. */
function geluOfEach(width: 1 | 4): string {
  const each = (name: string) =>
    width === 4 ? `vec4f(${['x', 'y', 'z', 'w'].map((part) => `${name}(v.${part})`).join(', ')})` : `${name}(v)`;
  const define = (name: string) => `fn ${name}OfEach(v: Values) -> Values { return ${each(name)}; }\n`;
  return `${geluFunctions}\n${define('gelu')}${define('geluDerivative')}`;
}

/** Records output = gelu(input) with the error function, as PyTorch's `gelu(approximate='none')`. Throws KernelArgumentError. */
export function gelu(gpu: Gpu, { input, output, length }: ActivationOptions): void {
  const prelude = { key: '', text: geluOfEach };
  recordElementwise(gpu, { kernel: 'gelu', source: geluForwardSource, reads: { input }, writes: { output }, length, prelude });
}

/** Records gradInput = gradOutput * gelu'(input). Throws KernelArgumentError. */
export function geluBackward(gpu: Gpu, { gradOutput, input, gradInput, length }: GeluBackwardOptions): void {
  const prelude = { key: '', text: geluOfEach };
  recordElementwise(gpu, {
    kernel: 'geluBackward',
    source: geluBackwardSource,
    reads: { gradOutput, input },
    writes: { gradInput },
    length,
    prelude,
  });
}
