import { instanceOf, optional } from '@attune/validate';
import { openedDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { ShapeError } from '../../errors.ts';
import { deviceKind } from '../../requireDevice.ts';
import { formatShape } from '../../shape.ts';
import { Parameter } from '../parameter/parameter.ts';

/** Options of every module that makes parameters. */
export interface NewModuleOptions {
  /** Device of the parameters. Default: the one that `await defaultDevice()` has opened. */
  readonly device?: Device | undefined;
}

export const newModuleKinds = { device: optional(deviceKind) };

export const parameterKind = instanceOf(Parameter);

/** @throws TensorError where none is given and none is open */
export function deviceFor(where: string, { device }: NewModuleOptions): Device {
  return device ?? openedDevice(where);
}

/** Whether options contain an existing `weight` instead of sizes for a new one. */
export function hasWeight<Given extends object>(options: object): options is Given {
  return typeof options === 'object' && options !== null && 'weight' in options;
}

/** @throws ShapeError */
export function requireDimensions(where: string, name: string, { shape }: Parameter, dimensions: number): void {
  if (shape.length !== dimensions)
    throw new ShapeError(`${where}: ${name} has the shape ${formatShape(shape)}; expected ${dimensions} dimensions`);
}
