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
 * What variants that are loaded late are handed. They import nothing that a page has before:
 * bundlers may put that into the page's own chunk, and a page that waits for `openDevice()` at its
 * top would wait for what waits for the page.
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
  /** A shader with the files that all products share. */
  complete: (source: WgslFile): WgslFile => ({
    ...source,
    includes: [...source.includes, epilogue, operands, product],
  }),
};

export type GemmKit = typeof gemmKit;
