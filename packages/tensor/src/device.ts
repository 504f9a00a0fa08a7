import { openDevice } from '@attune/kernels';
import type { Gpu } from '@attune/kernels';

/** A GPU that tensors live on. */
export type Device = Gpu;

let opened: Promise<Device> | null = null;

/** The device that is used where none is given: opened when first asked for. */
export function defaultDevice(): Promise<Device> {
  opened ??= openDevice().catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

/** Makes another device the default. What lives on the one before stays there. */
export function setDefaultDevice(device: Device): void {
  opened = Promise.resolve(device);
}
