import type { GpuArray } from '../../memory/gpuArray.ts';

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

/** How an operand is packed. */
export interface PackingOptions {
  readonly side: 'a' | 'b';
  /** Rows of A, or columns of B. */
  readonly lines: number;
  readonly inner: number;
  /** Lines of a tile. */
  readonly panelWidth: number;
}
