import { coreCount, waitForGpu } from '#platform';
import type { DeviceParts } from '../device/deviceParts.ts';
import { unlessAborted } from './prepare.ts';

/**
 * What is passed to `preparePrograms.ts`, which is loaded with the first `prepare()`. It imports
 * nothing that the page already has; `kernels/gemm/loading/gemmKit.ts` says why.
 */
export const compilationKit = (parts: DeviceParts) => ({
  ...parts,
  coreCount,
  unlessAborted,
  waitForGpu,
});

export type CompilationKit = ReturnType<typeof compilationKit>;
