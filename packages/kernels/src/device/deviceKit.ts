import { collectGarbage, waitForGpu } from '#platform';
import {
  DeviceLostError,
  GpuError,
  GpuValidationError,
  KernelArgumentError,
  OutOfMemoryError,
  ReleasedArrayError,
  WgslError,
} from '../errors.ts';
import { bytesPerElement, GpuArray, viewAlignment } from '../memory/gpuArray.ts';
import { requireData, requireLength, requireOwn, requireUsable } from '../memory/requireArray.ts';
import { maxWorkgroupsPerDimension } from '../recording/dispatch.ts';

/**
 * What the parts of a device are handed, which come with the first `openDevice()`: they import
 * nothing that a page has before, for the reason that `kernels/gemm/loading/gemmKit.ts` gives.
 */
export const deviceKit = {
  DeviceLostError,
  GpuArray,
  GpuError,
  GpuValidationError,
  KernelArgumentError,
  OutOfMemoryError,
  ReleasedArrayError,
  WgslError,
  bytesPerElement,
  collectGarbage,
  maxWorkgroupsPerDimension,
  requireData,
  requireLength,
  requireOwn,
  requireUsable,
  viewAlignment,
  waitForGpu,
  // A bundler may write what calls import() into the page's own chunk.
  loadCompileError: () => import('../recording/compileError.ts'),
  loadProfileRows: () => import('../recording/profileRows.ts'),
};

export type DeviceKit = typeof deviceKit;
