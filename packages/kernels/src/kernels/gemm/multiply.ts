import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { presentArrays } from '../validate.ts';
import type { GemmOptions } from './options.ts';
import { packOperand } from './packing.ts';
import type { Operand } from './packing.ts';
import { wgsl as sumPartsSource } from './sumParts.wgsl.ts';
import type { GemmPlan } from './variants.ts';

/** What happens to a product once it is summed up: see `epilogue.wgsl`. */
export interface Epilogue {
  readonly output: GpuArray;
  readonly accumulate: boolean;
  readonly bias: GpuArray | undefined;
  readonly gelu: boolean;
  readonly preActivation: GpuArray | undefined;
  readonly alpha: number;
  /** Elements from one matrix of the output to the next, or from part to part. */
  readonly strideOutput: number;
}

/** Records the product of the operands, packed before as the plan says. */
export function multiply(gpu: Gpu, options: GemmOptions, plan: GemmPlan, epilogue: Epilogue): void {
  const { m, n, k, layout, batch } = options;
  const { tile, packing } = plan;
  const reads = (contiguous: number, stride = 0) =>
    tile.readsVectors && k > 0 && contiguous % 4 === 0 && stride % 4 === 0;
  const [aAlongK, bAlongK] = [layout !== 'TN', layout === 'NT'];
  const operand = (array: GpuArray, alongInner: boolean, vec4: boolean) => ({ array, alongInner, vec4, packed: false });
  const given = {
    a: operand(options.a, aAlongK, reads(aAlongK ? k : m, batch?.strideA)),
    b: operand(options.b, bAlongK, reads(bAlongK ? k : n, batch?.strideB)),
  };
  const a = packing.a ? packOperand(gpu, given.a, { side: 'a', lines: m, inner: k, panelWidth: tile.rows }) : given.a;
  const b = packing.b
    ? packOperand(gpu, given.b, { side: 'b', lines: n, inner: k, panelWidth: tile.columns })
    : given.b;
  multiplyOperands(gpu, options, plan, { a, b }, epilogue);
  for (const { array, packed } of [a, b]) if (packed) gpu.release(array);
}

const oneMatrix = { count: 1, strideA: 0, strideB: 0, strideOutput: 0 };

function multiplyOperands(
  gpu: Gpu,
  { m, n, k, batch = oneMatrix }: GemmOptions,
  { variant, tile, splits: { parts, innerPerPart } }: GemmPlan,
  { a, b }: { readonly a: Operand; readonly b: Operand },
  epilogue: Epilogue,
): void {
  const { output, bias, preActivation, alpha, strideOutput } = epilogue;
  const vec4 = n % 4 === 0 && strideOutput % 4 === 0;
  const columnTiles = Math.ceil(n / tile.columns);
  const tiles = columnTiles * Math.ceil(m / tile.rows);
  const [x, y] = spreadWorkgroups(tiles);
  const order = {
    aAlongK: a.alongInner,
    bAlongK: b.alongInner,
    aVec4: a.vec4,
    bVec4: b.vec4,
    aPacked: a.packed,
    bPacked: b.packed,
  };
  const bytes =
    m * k * bytesPerElement[a.array.elementType] +
    k * n * bytesPerElement[b.array.elementType] +
    parts * m * n * bytesPerElement[output.elementType];
  gpu.dispatch({
    program: kernelProgram(`gemm ${variant}`, tile.source, {
      access: accessOf(gpu, { a: a.array, b: b.array, bias }, epilogue, {
        a: a.vec4 ? 4 : 1,
        b: b.vec4 ? 4 : 1,
        ...epilogueWidths[vec4 ? 4 : 1],
      }),
      aVec4: a.vec4,
      bVec4: b.vec4,
      aAlongK: a.alongInner,
      bAlongK: b.alongInner,
      // The inner dimension may end within a group of four.
      tail: !(a.packed || b.packed || (a.vec4 && a.alongInner) || (b.vec4 && b.alongInner)),
      ...tile.defines(order),
      ...epilogueDefines(epilogue, vec4),
    }),
    parameters: {
      integers: [m, n, k, batch.strideA, batch.strideB, strideOutput, parts, innerPerPart, columnTiles, tiles],
      floats: [alpha],
    },
    reads: presentArrays({ a: a.array, b: b.array, bias }),
    writes: presentArrays({ output, preActivation }),
    workgroups: [x, y, batch.count * parts],
    work: { flops: 2 * m * n * k * batch.count, bytes: bytes * batch.count },
  });
}

/** Records the sum of the parts of an inner dimension that was split, [parts, m, n]. */
export function sumParts(
  gpu: Gpu,
  partials: GpuArray,
  epilogue: Epilogue,
  { m, n, parts }: { readonly m: number; readonly n: number; readonly parts: number },
): void {
  const { output, bias, preActivation, alpha } = epilogue;
  const vec4 = n % 4 === 0;
  const columnVec4s = Math.ceil(n / 4);
  gpu.dispatch({
    program: kernelProgram('gemm sum of parts', sumPartsSource, {
      access: accessOf(gpu, { partials, bias }, epilogue, epilogueWidths[vec4 ? 4 : 1]),
      ...epilogueDefines(epilogue, vec4),
    }),
    parameters: { integers: [m, n, columnVec4s, parts], floats: [alpha] },
    reads: presentArrays({ partials, bias }),
    writes: presentArrays({ output, preActivation }),
    workgroups: spreadWorkgroups(Math.ceil((m * columnVec4s) / 64)),
    work: { bytes: 4 * (parts + 1) * m * n },
  });
}

type Widths = Parameters<typeof elementAccess>[3];

/** All arrays of the epilogue are read alike. */
const epilogueWidths = {
  1: { partials: 1, bias: 1, output: 1, preActivation: 1 },
  4: { partials: 4, bias: 4, output: 4, preActivation: 4 },
} as const;

function accessOf(
  gpu: Gpu,
  reads: Parameters<typeof elementAccess>[1],
  { output, preActivation }: Epilogue,
  widths: Widths,
) {
  return elementAccess(gpu, reads, { output, preActivation }, widths);
}

function epilogueDefines({ accumulate, bias, gelu, preActivation }: Epilogue, vec4: boolean) {
  return { vec4, bias: bias !== undefined, gelu, preActivation: preActivation !== undefined, accumulate };
}
