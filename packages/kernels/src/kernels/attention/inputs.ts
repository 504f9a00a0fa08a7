import type { GpuArray } from '../../memory/gpuArray.ts';
import type { AttentionGradients, AttentionInputs } from './options.ts';

/** The arrays of queries, keys and values by the names of their options. */
export function inputsOf(inputs: AttentionInputs): Readonly<Record<string, GpuArray>> {
  return inputs.qkv ? { qkv: inputs.qkv } : { query: inputs.query, key: inputs.key, value: inputs.value };
}

/** The array of each matrix; with `qkv` one array holds all three. */
export function matricesOf(inputs: AttentionInputs): {
  readonly query: GpuArray;
  readonly key: GpuArray;
  readonly value: GpuArray;
} {
  if (inputs.qkv) return { query: inputs.qkv, key: inputs.qkv, value: inputs.qkv };
  return { query: inputs.query, key: inputs.key, value: inputs.value };
}

/** The arrays of the gradients by the names of their options. */
export function gradientsOf(gradients: AttentionGradients): Readonly<Record<string, GpuArray>> {
  if (gradients.gradQkv) return { gradQkv: gradients.gradQkv };
  return { gradQuery: gradients.gradQuery, gradKey: gradients.gradKey, gradValue: gradients.gradValue };
}
