import { coreCount, waitForGpu } from '#platform';
import { Failures } from '../device/failures.ts';
import { bufferUsage } from '../memory/bufferUsage.ts';
import { parameterBlockBytes } from './parameterTable.ts';
import { PipelineCache } from './pipelineCache.ts';
import { unlessAborted } from './prepare.ts';

/**
 * What is passed to `preparePrograms.ts`, which is loaded with the first `prepare()`. It imports
 * nothing that the page already has; `kernels/gemm/loading/gemmKit.ts` says why.
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
