import type { WgslFile } from '../../../wgsl/wgslFile.ts';
import { wgsl as fourRows } from '../pairs/fourRows.wgsl.ts';
import { wgsl as pairs } from '../pairs/pairs.wgsl.ts';
import { wgsl as savedOfRow } from '../pairs/savedOfRow.wgsl.ts';

/**
 * What variants that are loaded late are handed, for the reason that
 * `kernels/gemm/loading/gemmKit.ts` gives.
 */
export const attentionKit = {
  /** A shader with the files that all variants share. */
  complete: (source: WgslFile): WgslFile => ({
    ...source,
    includes: [...source.includes, fourRows, pairs, savedOfRow],
  }),
};

export type AttentionKit = typeof attentionKit;
