import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import type { GemmColumnSums } from './options.ts';

/** What happens to a product once it is summed up: see `epilogue.wgsl`. */
export interface Epilogue {
  readonly output: GpuArray;
  readonly accumulate: boolean;
  readonly bias: GpuArray | undefined;
  readonly gelu: boolean;
  readonly preActivation: GpuArray | undefined;
  /** Takes the sums of A's columns, of each part by itself where there are parts. */
  readonly columnSums?: GemmColumnSums | undefined;
  readonly alpha: number;
  /** Elements from one matrix of the output to the next, or from part to part. */
  readonly strideOutput: number;
}

type Widths = Parameters<typeof elementAccess>[3];

/** All arrays of the epilogue are read alike. */
export const epilogueWidths = {
  1: { partials: 1, bias: 1, output: 1, preActivation: 1 },
  4: { partials: 4, bias: 4, output: 4, preActivation: 4 },
} as const;

/** The access to what a kernel reads, and to what the epilogue writes. */
export function epilogueAccess(
  gpu: Gpu,
  reads: Parameters<typeof elementAccess>[1],
  { output, preActivation }: Epilogue,
  widths: Widths,
) {
  return elementAccess(gpu, reads, { output, preActivation }, widths);
}

/** What `epilogue.wgsl` is made with. */
export function epilogueDefines({ accumulate, bias, gelu, preActivation, columnSums }: Epilogue, vec4: boolean) {
  return {
    vec4,
    bias: bias !== undefined,
    gelu,
    preActivation: preActivation !== undefined,
    accumulate,
    columnSums: columnSums !== undefined,
    addColumnSums: columnSums?.accumulate === true,
  };
}
