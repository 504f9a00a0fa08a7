import { notLoaded } from '../../../device/variantLoaders.ts';
import type { WgslFile } from '../../../wgsl/wgslFile.ts';
import type { FlashProgram, FlashTile } from '../flash/tiles.ts';
import { wgsl as forward } from '../byRow/forward.wgsl.ts';
import { wgsl as gradKeyValue } from '../byRow/gradKeyValue.wgsl.ts';
import { wgsl as gradQuery } from '../byRow/gradQuery.wgsl.ts';
import type { AttentionVariant } from '../options.ts';

/** Variants with a hand-written kernel for each pass; the others are generated. */
export type WrittenVariant = Exclude<AttentionVariant, 'flash' | 'flashMatrix'>;

/** The kernel of each pass. */
export type WrittenKernels = Readonly<Record<'forward' | 'gradQuery' | 'gradKeyValue', WgslFile>>;

/** Some of them, by name. */
export type WrittenVariants = readonly (readonly [WrittenVariant, WrittenKernels])[];

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
  /** Longest sequence, in tokens, of each class that has its own backward program. */
  readonly flashTokens: readonly number[];
}

/**
 * Loaded kernels by variant: see `loadVariants.ts`. The one that runs everywhere is always there.
 */
export const writtenKernels = new Map<WrittenVariant, WrittenKernels>([
  ['byRow', { forward, gradQuery, gradKeyValue }],
]);

/** Set when the variants for GPUs are loaded. */
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
