// What the page has before the parts of a device, by the names that it has there: set once, by
// `takeKit`, and imported as if it were the page's own.
import type { DeviceKit } from './deviceKit.ts';

export let DeviceLostError: DeviceKit['DeviceLostError'];
export type DeviceLostError = InstanceType<DeviceKit['DeviceLostError']>;
export let GpuArray: DeviceKit['GpuArray'];
export type GpuArray = InstanceType<DeviceKit['GpuArray']>;
export let GpuError: DeviceKit['GpuError'];
export let GpuValidationError: DeviceKit['GpuValidationError'];
export type GpuValidationError = InstanceType<DeviceKit['GpuValidationError']>;
export let KernelArgumentError: DeviceKit['KernelArgumentError'];
export let OutOfMemoryError: DeviceKit['OutOfMemoryError'];
export let ReleasedArrayError: DeviceKit['ReleasedArrayError'];
export let WgslError: DeviceKit['WgslError'];
export let bytesPerElement: DeviceKit['bytesPerElement'];
export let collectGarbage: DeviceKit['collectGarbage'];
export let maxWorkgroupsPerDimension: DeviceKit['maxWorkgroupsPerDimension'];
export let requireData: DeviceKit['requireData'];
export let requireLength: DeviceKit['requireLength'];
export let requireOwn: DeviceKit['requireOwn'];
export let requireUsable: DeviceKit['requireUsable'];
export let viewAlignment: DeviceKit['viewAlignment'];
export let waitForGpu: DeviceKit['waitForGpu'];
export let loadCompileError: DeviceKit['loadCompileError'];
export let loadProfileRows: DeviceKit['loadProfileRows'];

export function takeKit(kit: DeviceKit): void {
  ({
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
    loadCompileError,
    loadProfileRows,
  } = kit);
}
