import type { Gpu } from '../../../gpu.ts';
import type { GemmKit } from '../loading/gemmKit.ts';
import type { Operand, PackingOptions } from '../product/gemmTile.ts';
import { wgsl as source } from './packing.wgsl.ts';

/**
 * Records the copy of an operand into panels, in memory that the caller releases. `inner` is a
 * multiple of four.
 */
export function packOperand(
  { bytesPerElement, elementAccess, kernelProgram, spreadWorkgroups }: GemmKit,
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
