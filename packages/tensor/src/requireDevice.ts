import { Gpu } from '@attune/kernels';
import { instanceOf, requireArgument } from '@attune/validate';
import { TensorError } from './errors.ts';

export const deviceKind = instanceOf(Gpu, 'a device, such as await defaultDevice()');

/** @throws TensorError when this is not a device */
export function requireDevice(where: string, device: unknown): void {
  if (!(device instanceof Gpu)) requireArgument(where, 'device', device, deviceKind, TensorError);
}
