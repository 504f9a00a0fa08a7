import type { GemmLayout, GemmTileSize, GemmVariant } from '../options.ts';

/** A way to compute a product. */
export interface GemmChoice {
  readonly variant: GemmVariant;
  readonly tile: GemmTileSize;
  /** Parts in which the inner dimension is summed. Default: by the number of tiles. */
  readonly splits?: number | undefined;
}

/** A class of products that shares one choice. */
export interface GemmClass {
  readonly layout: GemmLayout;
  /** Whether an operand is f16. */
  readonly half: boolean;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/**
 * Sizes up to which products count as one class, which is measured at that size: rows of
 * activations (k of layout TN, else m), and the widths of layers. There is no class of larger ones.
 */
const bounds = {
  tokens: [128, 256, 512, 1024, 2048, 4096],
  width: [128, 256, 512, 768, 1024, 3072, 4096],
} as const;

const classOf = (size: number, sizes: readonly number[]) => sizes.find((bound) => size <= bound);

/** The key of a product's class: `NT f32 512 x 768 x 3072`, m x n x k. */
export function gemmClassKey({ layout, half, m, n, k }: GemmClass): string {
  const weights = layout === 'TN';
  const rows = classOf(m, weights ? bounds.width : bounds.tokens);
  const inner = classOf(k, weights ? bounds.tokens : bounds.width);
  return `${layout} ${half ? 'f16' : 'f32'} ${rows} x ${classOf(n, bounds.width)} x ${inner}`;
}
