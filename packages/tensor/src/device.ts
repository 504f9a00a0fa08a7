import { Gpu, openDevice } from '@attune/kernels';
import { instanceOf, requireArgument } from '@attune/validate';

/** A GPU that tensors live on. */
export type Device = Gpu;

const device = instanceOf(Gpu, 'a device, as openDevice() gives it');

let opened: Promise<Device> | null = null;

/**
 * The device that is used where none is given: opened when first asked for, and anew when it was
 * lost or destroyed since. What lived on the lost one is gone.
 */
export async function defaultDevice(): Promise<Device> {
  const asked = (opened ??= openDevice());
  try {
    const current = await asked;
    if (!current.failed) return current;
  } catch (error) {
    if (opened === asked) opened = null;
    throw error;
  }
  if (opened === asked) opened = null;
  return defaultDevice();
}

/** Makes another device the default. What lives on the one before stays there. */
export function setDefaultDevice(newDefault: Device): void {
  requireArgument('setDefaultDevice', 'device', newDefault, device);
  opened = Promise.resolve(newDefault);
}
