import { wgsl as flash } from './flash.wgsl.ts';
import { flashBackward } from './flashBackward.ts';
import { flashForward } from './flashForward.ts';
import { flashGradKeyValue, flashGradQuery } from './flashSplitBackward.ts';
import { backwardTile, flashTokens, forwardTile, gradKeyValueTile } from './flashTiles.ts';
import { wgsl as forwardPadded } from './forwardPadded.wgsl.ts';
import { wgsl as forwardTiled } from './forwardTiled.wgsl.ts';
import { wgsl as gradKeyValueTiled } from './gradKeyValueTiled.wgsl.ts';
import { wgsl as gradQueryTiled } from './gradQueryTiled.wgsl.ts';
import type { complete as Complete, FlashKernels, WrittenKernels } from './loadedVariants.ts';

export const paddedKernels = (complete: typeof Complete): WrittenKernels => ({
  ...tiledKernels(complete),
  forward: complete(forwardPadded),
});

export const tiledKernels = (complete: typeof Complete): WrittenKernels => ({
  forward: complete(forwardTiled),
  gradQuery: complete(gradQueryTiled),
  gradKeyValue: complete(gradKeyValueTiled),
});

export const flashOf = (complete: typeof Complete): FlashKernels => ({
  source: complete(flash),
  flashForward,
  flashBackward,
  flashGradQuery,
  flashGradKeyValue,
  forwardTile,
  backwardTile,
  gradKeyValueTile,
  flashTokens,
});
