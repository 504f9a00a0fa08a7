import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../wgsl/kernelProgram.ts';
import { wgsl as source } from './packing.wgsl.ts';

/** A matrix as a product reads it. */
export interface Operand {
  readonly array: GpuArray;
  /** Whether elements along the inner dimension lie side by side. */
  readonly alongInner: boolean;
  /** Whether it is read as vectors of four. */
  readonly vec4: boolean;
  /** Whether it is packed, as `packing.wgsl` describes. */
  readonly packed: boolean;
}

interface PackingOptions {
  readonly side: 'a' | 'b';
  /** Rows of A, or columns of B. */
  readonly lines: number;
  readonly inner: number;
  /** Lines of a tile. */
  readonly panelWidth: number;
}

/**
 * Records the copy of an operand to panels, in memory that the caller releases. `inner` is a
 * multiple of four.
 */
export function packOperand(
  gpu: Gpu,
  { array, alongInner, vec4 }: Operand,
  { side, lines, inner, panelWidth }: PackingOptions,
): Operand {
  const paddedLines = Math.ceil(lines / panelWidth) * panelWidth;
  const sideA = side === 'a';
  const packed = gpu.allocate('f32', paddedLines * inner, `packed ${side}`);
  const blocks = (paddedLines * inner) / 16;
  gpu.dispatch({
    program: kernelProgram('gemm packing', source, {
      access: elementAccess(gpu, { operand: array }, {}, vec4 ? 4 : 1),
      operandVec4: vec4,
      alongInner,
      sideA,
      transposed: alongInner !== sideA,
    }),
    parameters: { integers: [lines, inner, panelWidth, blocks] },
    reads: [array],
    writes: [packed],
    workgroups: spreadWorkgroups(Math.ceil(blocks / 64)),
    work: { bytes: lines * inner * (bytesPerElement[array.elementType] + bytesPerElement.f32) },
  });
  return { array: packed, alongInner: sideA, vec4: true, packed: true };
}
