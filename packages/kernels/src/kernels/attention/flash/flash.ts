import type { AttentionKit } from '../loading/attentionKit.ts';
import type { FlashKernels } from '../loading/loadedVariants.ts';
import { flashBackward, flashGradKeyValue, flashGradQuery } from './backward.ts';
import { wgsl } from './flash.wgsl.ts';
import { flashForward } from './forward.ts';
import { backwardTile, flashTokens, forwardTile, gradKeyValueTile } from './tiles.ts';

/** Tiles in registers. */
export const flash = ({ complete }: AttentionKit): FlashKernels => ({
  source: complete(wgsl),
  flashForward,
  flashBackward,
  flashGradQuery,
  flashGradKeyValue,
  forwardTile,
  backwardTile,
  gradKeyValueTile,
  flashTokens,
});
