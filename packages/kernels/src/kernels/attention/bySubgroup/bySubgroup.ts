import type { AttentionKit } from '../loading/attentionKit.ts';
import type { WrittenKernels } from '../loading/loadedVariants.ts';
import { wgsl as forward } from './forward.wgsl.ts';
import { wgsl as gradKeyValue } from './gradKeyValue.wgsl.ts';
import { wgsl as gradQuery } from './gradQuery.wgsl.ts';

/** Rows in the registers of a subgroup, for software adapters. */
export const bySubgroup = ({ complete }: AttentionKit): WrittenKernels => ({
  forward: complete(forward),
  gradQuery: complete(gradQuery),
  gradKeyValue: complete(gradKeyValue),
});
