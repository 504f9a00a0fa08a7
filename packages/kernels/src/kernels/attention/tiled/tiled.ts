import type { AttentionKit } from '../loading/attentionKit.ts';
import type { WrittenKernels } from '../loading/loadedVariants.ts';
import { wgsl as forward } from './forward.wgsl.ts';
import { wgsl as gradKeyValue } from './gradKeyValue.wgsl.ts';
import { wgsl as gradQuery } from './gradQuery.wgsl.ts';

/** Tiles in workgroup memory. */
export const tiled = ({ complete }: AttentionKit): WrittenKernels => ({
  forward: complete(forward),
  gradQuery: complete(gradQuery),
  gradKeyValue: complete(gradKeyValue),
});
