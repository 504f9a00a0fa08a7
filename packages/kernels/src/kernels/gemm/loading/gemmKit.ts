import { KernelArgumentError } from '../../../errors.ts';
import { bytesPerElement } from '../../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../../recording/dispatch.ts';
import { elementAccess } from '../../../wgsl/elementAccess.ts';
import { generatedWgsl, kernelProgram, written } from '../../../wgsl/kernelProgram.ts';
import { ProgramsByFlags } from '../../../wgsl/programsByFlags.ts';
import type { WgslFile } from '../../../wgsl/wgslFile.ts';
import { epilogueAccess, epilogueDefines, epilogueFlags, epilogueWidths } from '../product/epilogue.ts';
import { wgsl as epilogue } from '../product/epilogue.wgsl.ts';
import { busyTiles } from '../product/gemmTile.ts';
import { wgsl as operands } from '../product/operands.wgsl.ts';
import { wgsl as product } from '../product/product.wgsl.ts';

/**
 * What is passed to variants that are loaded on demand. They import nothing that the page already
 * has: a bundler could move that into the page's own chunk, and a page with a top-level `await
 * openDevice()` would then wait for a chunk that waits for the page.
 */
export const gemmKit = {
  KernelArgumentError,
  ProgramsByFlags,
  busyTiles,
  bytesPerElement,
  elementAccess,
  epilogueAccess,
  epilogueDefines,
  epilogueFlags,
  epilogueWidths,
  generatedWgsl,
  kernelProgram,
  spreadWorkgroups,
  written,
  /** A shader together with the files that all variants include. */
  complete: (source: WgslFile): WgslFile => ({
    ...source,
    includes: [...source.includes, epilogue, operands, product],
  }),
};

export type GemmKit = typeof gemmKit;
