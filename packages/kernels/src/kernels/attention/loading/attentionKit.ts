import type { WgslFile } from '../../../wgsl/wgslFile.ts';
import { wgsl as fourRows } from '../pairs/fourRows.wgsl.ts';
import { wgsl as pairs } from '../pairs/pairs.wgsl.ts';
import { wgsl as savedOfRow } from '../pairs/savedOfRow.wgsl.ts';

/**
 * What is passed to variants that are loaded on demand; `kernels/gemm/loading/gemmKit.ts` says why.
 */
export const attentionKit = {
  /** A shader together with the files that all variants include. */
  complete: (source: WgslFile): WgslFile => ({
    ...source,
    includes: [...source.includes, fourRows, pairs, savedOfRow],
  }),
};

export type AttentionKit = typeof attentionKit;
