import type { Gpu } from '../../../gpu.ts';
import type { GpuArray } from '../../../memory/gpuArray.ts';
import { elementAccess } from '../../../wgsl/elementAccess.ts';
import type { Arrays } from '../../../wgsl/elementAccess.ts';
import type { GemmColumnSums } from '../options.ts';

/** What happens to the sums of a product: see `epilogue.wgsl`. */
export interface Epilogue {
  readonly output: GpuArray;
  readonly accumulate: boolean;
  readonly bias: GpuArray | undefined;
  readonly gelu: boolean;
  /** Whether results are multiplied by the derivative of GELU at `preActivation`. Default false. */
  readonly geluBackward?: boolean | undefined;
  readonly preActivation: GpuArray | undefined;
  /** Whether `preActivation` is replaced by its GELU. Default false. */
  readonly replacesPreActivation?: boolean | undefined;
  /** Receives the column sums of A, separately for each part where there are parts. */
  readonly columnSums?: GemmColumnSums | undefined;
  readonly alpha: number;
  /** Elements from one matrix of the output to the next, or from one part to the next. */
  readonly strideOutput: number;
}

type Widths = Parameters<typeof elementAccess>[3];

/** All arrays of the epilogue are read with one vector width. */
export const epilogueWidths = {
  1: { partials: 1, bias: 1, output: 1, preActivation: 1 },
  4: { partials: 4, bias: 4, output: 4, preActivation: 4 },
} as const;

/** Access to the arrays that a kernel and its epilogue read, and that the epilogue writes. */
export function epilogueAccess(gpu: Gpu, reads: Arrays, epilogue: Epilogue, widths: Widths) {
  const { columnSums: _, ...written } = writtenByEpilogue(epilogue);
  return elementAccess(gpu, { ...reads, ...readByEpilogue(epilogue) }, written, widths);
}

/** The arrays that an epilogue reads, in the order of their bindings. */
export function readByEpilogue({ bias, geluBackward, preActivation, replacesPreActivation }: Epilogue): Arrays {
  return geluBackward && !replacesPreActivation ? { bias, preActivation } : { bias };
}

/** The arrays that an epilogue writes. */
export function writtenByEpilogue(epilogue: Epilogue): Arrays {
  const { output, geluBackward, preActivation, replacesPreActivation, columnSums } = epilogue;
  const sums = columnSums?.output;
  return geluBackward && !replacesPreActivation
    ? { output, columnSums: sums }
    : { output, preActivation, columnSums: sums };
}

/** The defines of `epilogue.wgsl`. */
export function epilogueDefines(epilogue: Epilogue, vec4: boolean) {
  const { accumulate, bias, gelu, geluBackward = false, preActivation, replacesPreActivation, columnSums } = epilogue;
  return {
    vec4,
    bias: bias !== undefined,
    gelu,
    geluBackward,
    storesPreActivation: preActivation !== undefined && !geluBackward,
    replacesPreActivation: replacesPreActivation === true,
    accumulate,
    columnSums: columnSums !== undefined,
    addColumnSums: columnSums?.accumulate === true,
  };
}

/** Everything that an epilogue and the access to its arrays depend on. */
export function epilogueFlags(gpu: Gpu, epilogue: Epilogue, vec4: boolean): boolean[] {
  const { output, accumulate, bias, gelu, geluBackward, preActivation, replacesPreActivation, columnSums } = epilogue;
  return [
    vec4,
    bias !== undefined,
    gelu,
    geluBackward === true,
    preActivation !== undefined,
    replacesPreActivation === true,
    accumulate,
    columnSums !== undefined,
    columnSums?.accumulate === true,
    output.elementType === 'f16',
    preActivation?.elementType === 'f16',
    gpu.profile.f16Storage === 'native',
    gpu.clampsStores,
  ];
}
