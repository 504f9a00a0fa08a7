import type { GemmLayout, GemmTileSize, GemmVariant } from './options.ts';

/** A way to compute a product. */
export interface GemmChoice {
  readonly variant: GemmVariant;
  readonly tile: GemmTileSize;
}

/**
 * What a choice depends on: the layout, whether an operand is f16, and coarse sizes of the output.
 */
export interface GemmClass {
  readonly layout: GemmLayout;
  readonly half: boolean;
  readonly m: number;
  readonly n: number;
}

/**
 * Sizes up to which outputs count as one class, which is measured at that size; larger ones count
 * to the last class.
 */
export const sizeClasses = { m: [64, 512, 2048], n: [256, 768] } as const;

const classOf = (size: number, bounds: readonly number[]) => bounds.find((bound) => size <= bound) ?? bounds.at(-1);

/** Names the class of a product. */
export function gemmClassKey({ layout, half, m, n }: GemmClass): string {
  return `gemm ${layout} ${half ? 'f16' : 'f32'} ${classOf(m, sizeClasses.m)} x ${classOf(n, sizeClasses.n)}`;
}
