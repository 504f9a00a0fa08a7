import { waitForGpu } from '#platform';
import { Failures } from '../device/failures.ts';
import { bufferUsage } from '../memory/bufferUsage.ts';
import { parameterBlockBytes } from './parameterTable.ts';
import { PipelineCache } from './pipelineCache.ts';

/**
 * What `compileBeside.ts` is handed, which only software adapters load: it imports nothing that a
 * page has before, for the reason that `kernels/gemm/loading/gemmKit.ts` gives.
 */
export const compilationKit = { Failures, PipelineCache, bufferUsage, parameterBlockBytes, waitForGpu };

export type CompilationKit = typeof compilationKit;
