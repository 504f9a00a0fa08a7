// Symbol.dispose, for readers whose `lib` is older.
/// <reference lib="esnext.disposable" preserve="true" />
export { selfTest } from './selfTest/selfTest.ts';
export { openDevice } from './openDevice.ts';
export { loadVariants } from './device/variantLoaders.ts';
export type { OpenDeviceOptions } from './openDevice.ts';
export type { DeviceInfo, DeviceProfile, HalfStorage, SubgroupMatrixConfig } from './device/profile.ts';
export {
  DeviceLostError,
  GpuError,
  GpuValidationError,
  KernelArgumentError,
  NoAdapterError,
  OutOfMemoryError,
  ReleasedArrayError,
  WgslError,
} from './errors.ts';
export type { MissingMemory } from './errors.ts';
export { Gpu } from './gpu.ts';
export type { MemoryReport } from './memory/memoryManager.ts';
export type { WithinScope } from './memory/scopes.ts';
export type { PrepareOptions } from './recording/prepare.ts';
export { GpuArray } from './memory/gpuArray.ts';
export type { ElementType, HostData } from './memory/gpuArray.ts';
export type { DropoutOptions, RandomKey } from './random/dropout.ts';
export { spreadWorkgroups } from './recording/dispatch.ts';
export type { Dispatch, Parameters, Program } from './recording/dispatch.ts';
export type { ProfileRow } from './recording/profileRows.ts';
export type { RecorderStatistics } from './recording/recorder.ts';
export { tuneKernels } from './autotune/tuneKernels.ts';
export type { TuneOptions } from './autotune/tuneKernels.ts';
export * from './kernels/index.ts';
