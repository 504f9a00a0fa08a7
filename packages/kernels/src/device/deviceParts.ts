import { bufferUsage } from '../memory/bufferUsage.ts';
import { MemoryManager } from '../memory/memoryManager.ts';
import { parameterBlockBytes } from '../recording/parameterTable.ts';
import { PipelineCache } from '../recording/pipelineCache.ts';
import { readBack } from '../recording/readBack.ts';
import { Recorder } from '../recording/recorder.ts';
import { preprocess } from '../wgsl/preprocess.ts';
import type { DeviceKit } from './deviceKit.ts';
import { Failures } from './failures.ts';
import { takeKit } from './given.ts';
import { describeDevice, requestDevice } from './requestDevice.ts';

/**
 * What a device is made of. It comes with the first `openDevice()`, as nothing of it runs sooner.
 */
export function deviceParts(kit: DeviceKit) {
  takeKit(kit);
  return {
    Failures,
    MemoryManager,
    PipelineCache,
    Recorder,
    bufferUsage,
    describeDevice,
    parameterBlockBytes,
    preprocess,
    readBack,
    requestDevice,
  };
}

export type DeviceParts = ReturnType<typeof deviceParts>;
