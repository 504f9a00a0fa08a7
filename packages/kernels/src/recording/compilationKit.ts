import { coreCount, waitForGpu } from '#platform';
import { Failures } from '../device/failures.ts';
import { bufferUsage } from '../memory/bufferUsage.ts';
import { parameterBlockBytes } from './parameterTable.ts';
import { PipelineCache } from './pipelineCache.ts';
import { unlessAborted } from './prepare.ts';

/**
 * What `preparePrograms.ts` is handed, which comes with the first `prepare()`: it imports nothing
 * that a page has before, for the reason that `kernels/gemm/loading/gemmKit.ts` gives.
 */
export const compilationKit = {
  Failures,
  PipelineCache,
  bufferUsage,
  coreCount,
  parameterBlockBytes,
  unlessAborted,
  waitForGpu,
};

export type CompilationKit = typeof compilationKit;
