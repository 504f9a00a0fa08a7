import type { Gpu } from '../../../gpu.ts';
import type { GpuArray } from '../../../memory/gpuArray.ts';
import type { Program } from '../../../recording/dispatch.ts';
import type { Defines } from '../../../wgsl/preprocess.ts';
import type { WgslFile } from '../../../wgsl/wgslFile.ts';
import type { GemmOptions, GemmTileSize, GemmVariant } from '../options.ts';
import type { Epilogue } from './epilogue.ts';

/** How a product is computed: chosen once for a call, by `planGemm`. */
export interface GemmPlan {
  readonly variant: GemmVariant;
  readonly tile: GemmTile;
  /** Parts in which the inner dimension is summed, and how many steps of it each has. */
  readonly splits: { readonly parts: number; readonly innerPerPart: number };
  /** Which operands are packed first. */
  readonly packing: { readonly a: boolean; readonly b: boolean };
}

/** How a workgroup computes a tile of the output. */
export interface GemmTile {
  readonly rows: number;
  readonly columns: number;
  /**
   * Distinguishes it from other tiles of its variant with as many rows and columns. Default:
   * nothing.
   */
  readonly kind?: string;
  /** Whether it reads vectors of four elements where they are contiguous; otherwise single ones. */
  readonly readsVectors: boolean;
  /** How it reads packed operands, if it can. */
  readonly packing?: {
    readonly pays: (gpu: Gpu, product: Pick<GemmOptions, 'm' | 'n' | 'k' | 'layout'>) => boolean;
    readonly pack: (gpu: Gpu, operand: Operand, options: PackingOptions) => Operand;
  };
  /** Whether it can also sum the columns of an A that is stored [k, m]. Default false. */
  readonly sumsColumns?: boolean;
  readonly source: WgslFile;
  /** Defines of the source, besides the access to arrays. */
  readonly defines: (order: OperandOrder) => Defines;
  /**
   * Makes the program of a variant that reads its operands neither as vectors of four nor as single
   * elements.
   */
  readonly program?: (gpu: Gpu, product: GemmOptions, epilogue: Epilogue) => Program;
}

/** The tile of a variant by its size, for an output of m rows. */
export type TileOf = (gpu: Gpu, variant: GemmVariant, size: GemmTileSize, m: number) => GemmTile;

/** Tiles that keep an adapter busy; software adapters have few cores. */
export const busyTiles = { software: 8, hardware: 256 };

/** A matrix as a tile reads it. */
export interface Operand {
  readonly array: GpuArray;
  /** Whether elements are contiguous along the inner dimension. */
  readonly alongInner: boolean;
  /** Whether it is read as vectors of four. */
  readonly vec4: boolean;
  /** Whether it is packed, as `subgroup/packing.wgsl` describes. */
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

/** How both operands lie in memory, and whether columns are summed. */
interface OperandOrder {
  readonly aAlongK: boolean;
  readonly bAlongK: boolean;
  readonly aVec4: boolean;
  readonly bVec4: boolean;
  readonly aPacked: boolean;
  readonly bPacked: boolean;
  /** Whether the columns of A are summed too. */
  readonly columnSums: boolean;
}
