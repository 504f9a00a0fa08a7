import type { Gpu } from '../../gpu.ts';
import type { GpuArray } from '../../memory/gpuArray.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { arrayAccess, declareArrays, halfLines } from '../../wgsl/elementAccess.ts';
import { fetch } from './epilogue.ts';
import { wgsl as panelsSource } from './packing.wgsl.ts';

/** A matrix as a product reads it. */
export interface Operand {
  readonly array: GpuArray;
  /** Whether elements along the inner dimension lie side by side. */
  readonly alongInner: boolean;
  /** Whether it is read as vectors of four. */
  readonly wide: boolean;
  /** Whether it lies in panels, as `panels.wgsl` describes them. */
  readonly inPanels: boolean;
}

interface PanelOptions {
  readonly side: 'a' | 'b';
  /** Rows of A, or columns of B. */
  readonly lines: number;
  readonly inner: number;
  /** Those of a tile. */
  readonly panelWidth: number;
}

/**
 * Records the copy of an operand to panels, in memory that the caller releases. `inner` is a
 * multiple of four.
 */
export function packOperand(
  gpu: Gpu,
  { array, alongInner, wide }: Operand,
  { side, lines, inner, panelWidth }: PanelOptions,
): Operand {
  const paddedLines = Math.ceil(lines / panelWidth) * panelWidth;
  const panelsAlongInner = side === 'a';
  const panels = gpu.allocate('f32', paddedLines * inner, `panels of ${side}`);
  const blocks = (paddedLines * inner) / 16;
  const { elementType } = array;
  const half = elementType === 'f16' ? gpu.profile.f16Storage : null;
  gpu.dispatch({
    program: {
      key: `gemm panels of ${side} ${elementType}${half === 'packed' ? ' packed' : ''}${alongInner ? ' along inner' : ''} by ${wide ? 4 : 1}`,
      source: () =>
        [
          ...halfLines(half),
          arrayAccess(gpu, 'operand', elementType, wide ? 4 : 1, false),
          declareArrays(['operand'], ['panels'], { panels: 'vec4f' }),
          fetch('Operand', wide),
          `const alongInner = ${alongInner};\nconst panelsAlongInner = ${panelsAlongInner};`,
          panelsSource,
        ].join('\n'),
    },
    parameters: { integers: [lines, inner, panelWidth, blocks] },
    reads: [array],
    writes: [panels],
    workgroups: spreadWorkgroups(Math.ceil(blocks / 64)),
    work: { bytes: lines * inner * (bytesPerElement[elementType] + bytesPerElement.f32) },
  });
  return { array: panels, alongInner: panelsAlongInner, wide: true, inPanels: true };
}
