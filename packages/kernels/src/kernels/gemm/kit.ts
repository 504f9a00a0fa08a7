import { KernelArgumentError } from '../../errors.ts';
import { bytesPerElement } from '../../memory/gpuArray.ts';
import { spreadWorkgroups } from '../../recording/dispatch.ts';
import { elementAccess } from '../../wgsl/elementAccess.ts';
import { generatedWgsl, kernelProgram } from '../../wgsl/kernelProgram.ts';
import type { WgslFile } from '../../wgsl/wgslFile.ts';
import { busyTiles } from './busyTiles.ts';
import { epilogueAccess, epilogueDefines, epilogueWidths } from './epilogue.ts';
import { wgsl as epilogue } from './epilogue.wgsl.ts';
import { wgsl as task } from './task.wgsl.ts';
import { wgsl as tiles } from './tiles.wgsl.ts';
import { tileOf } from './tiles.ts';

const includes = { 'kernels/gemm/epilogue': epilogue, 'kernels/gemm/task': task, 'kernels/gemm/tiles': tiles };

/**
 * What variants that are loaded late are handed. They import nothing that a page has before: bundlers
 * may put that into the page's own chunk, and a page that waits for `openDevice()` at its top would
 * wait for what waits for the page.
 */
export const gemmKit = {
  KernelArgumentError,
  busyTiles,
  bytesPerElement,
  elementAccess,
  epilogueAccess,
  epilogueDefines,
  epilogueWidths,
  generatedWgsl,
  kernelProgram,
  spreadWorkgroups,
  tileOf,
  /** A shader with the files that all products share. */
  complete: (source: WgslFile): WgslFile => ({ ...source, includes: { ...includes, ...source.includes } }),
};

export type GemmKit = typeof gemmKit;
