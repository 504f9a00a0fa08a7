import type { AttentionKit } from '../loading/attentionKit.ts';
import type { WrittenKernels } from '../loading/loadedVariants.ts';
import { tiled } from '../tiled/tiled.ts';
import { wgsl as forward } from './forward.wgsl.ts';

/**
 * Tiles in workgroup memory whose rows lie apart. The gradients are those of
 * `tiled`, made with `padded`.
 */
export const padded = (kit: AttentionKit): WrittenKernels => ({ ...tiled(kit), forward: kit.complete(forward) });
