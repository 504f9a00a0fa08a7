export { flash } from '../flash/flash.ts';
import { padded } from '../padded/padded.ts';
import { tiled } from '../tiled/tiled.ts';
import type { AttentionKit } from './attentionKit.ts';
import type { WrittenVariants } from './loadedVariants.ts';

/** The variants for GPUs beside `flash`. */
export const gpuVariants = (kit: AttentionKit): WrittenVariants => [
  ['padded', padded(kit)],
  ['tiled', tiled(kit)],
];
