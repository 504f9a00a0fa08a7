import { Gpu, openDevice } from '@attune/kernels';
import { instanceOf, requireArgument, shown } from '@attune/validate';
import { TensorError } from './errors.ts';
import { requireAtMost } from './surplusArguments.ts';

/** A GPU that tensors live on. */
export type Device = Gpu;

const deviceKind = instanceOf(Gpu, 'a device, as openDevice() gives it');

/** The device of `opened`, once it is open. */
let current: Device | null = null;

let opened: Promise<Device> | null = null;

/**
 * The default device, for functions that are given none. It is opened on first use, and again after
 * it was lost or destroyed; the tensors on the lost device are gone.
 *
 * @throws TensorError for arguments: use `openDevice` to open a device with options
 */
export async function defaultDevice(...given: readonly never[]): Promise<Device> {
  if (given[0] !== undefined)
    throw new TensorError(
      `defaultDevice takes nothing; got ${shown(given[0])}. Use setDefaultDevice(await openDevice({ … })).`,
    );
  const asked = (opened ??= openDevice());
  try {
    const device = await asked;
    if (opened === asked) current = device;
    if (!device.failed) return device;
  } catch (error) {
    if (opened === asked) opened = null;
    throw error;
  }
  if (opened === asked) opened = null;
  return defaultDevice();
}

/** Makes another device the default. Existing tensors stay on their device. */
export function setDefaultDevice(newDefault: Device): void {
  requireAtMost('setDefaultDevice', 1, arguments);
  requireArgument('setDefaultDevice', 'device', newDefault, deviceKind);
  opened = Promise.resolve(newDefault);
  current = newDefault;
}

/**
 * The default device, which must already be open.
 *
 * @throws TensorError
 */
export function openedDevice(where: string): Device {
  if (current && !current.failed) return current;
  throw new TensorError(`${where}: there is no device yet; call await defaultDevice() before, or pass { device }`);
}
