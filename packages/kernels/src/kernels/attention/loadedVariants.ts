import { notLoaded } from '../../device/variantLoaders.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import type { FlashProgram, FlashTile } from './flashTiles.ts';
import { wgsl as forward } from './forwardByRow.wgsl.ts';
import { wgsl as fourRows } from './fourRows.wgsl.ts';
import { wgsl as gradKeyValue } from './gradKeyValueByRow.wgsl.ts';
import { wgsl as gradQuery } from './gradQueryByRow.wgsl.ts';
import { wgsl as pairs } from './pairs.wgsl.ts';
import { wgsl as perRow } from './perRow.wgsl.ts';
import type { AttentionVariant } from './options.ts';

/** Variants whose kernels are written by hand, one for each pass; the others are generated. */
export type WrittenVariant = Exclude<AttentionVariant, 'flash' | 'flashMatrix'>;

/** The kernel of each pass. */
export type WrittenKernels = Readonly<Record<'forward' | 'gradQuery' | 'gradKeyValue', WgslFile>>;

type FlashWriter = (program: FlashProgram) => string;

/** What `flash` is made of. */
export interface FlashKernels {
  readonly source: WgslFile;
  readonly flashForward: FlashWriter;
  readonly flashBackward: FlashWriter;
  readonly flashGradQuery: FlashWriter;
  readonly flashGradKeyValue: FlashWriter;
  readonly forwardTile: (headSize: number, workgroupBytes: number) => FlashTile;
  readonly backwardTile: (headSize: number, maxSeqlen: number, workgroupBytes: number) => FlashTile | undefined;
  readonly gradKeyValueTile: (headSize: number, workgroupBytes: number) => FlashTile;
  /** Tokens of the longest sequence of each class that has a program of its own backward. */
  readonly flashTokens: readonly number[];
}

/** Loaded, by name: see `loadVariants.ts`. The one that runs everywhere is there from the start. */
export const writtenKernels = new Map<WrittenVariant, WrittenKernels>([
  ['byRow', { forward, gradQuery, gradKeyValue }],
]);

/** Set when the variants of GPUs are loaded. */
export const onGpus: { flash: FlashKernels | null } = { flash: null };

/** @throws KernelArgumentError where it is not loaded */
export function kernelsOf(variant: WrittenVariant): WrittenKernels {
  const kernels = writtenKernels.get(variant);
  if (!kernels) throw notLoaded(`attention: the variant ${variant}`);
  return kernels;
}

/** @throws KernelArgumentError where it is not loaded */
export function flashKernels(): FlashKernels {
  if (!onGpus.flash) throw notLoaded('attention: the variant flash');
  return onGpus.flash;
}

/**
 * A shader with the files that all variants share. What is loaded late is handed them, as
 * `kernels/gemm/loading/gemmKit.ts` says.
 */
export const complete = (source: WgslFile): WgslFile => ({
  ...source,
  includes: [...source.includes, fourRows, pairs, perRow],
});
