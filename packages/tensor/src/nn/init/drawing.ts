import { defaultGenerator } from '../../random/seed.ts';
import type { Device } from '../../device.ts';
import { normal, uniform } from '../../random/numbers.ts';
import type { Twister } from '../../random/twister.ts';
import { formatShape, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { Parameter } from '../parameter/parameter.ts';

/** Draws the initial values of a parameter on the host, as PyTorch does. */
export type Draw = (generator: Twister, shape: Shape) => Float32Array;

let draws = true;

/**
 * Makes a parameter of a new module. It draws from the default generator, in the order of PyTorch's
 * module of the same name.
 *
 * @throws OutOfMemoryError before anything is drawn
 */
export function newParameter(device: Device, shape: Shape, draw: Draw): Parameter {
  device.requireRoom('f32', sizeOf(shape), `parameter ${formatShape(shape)}`);
  const data = draws ? draw(defaultGenerator(), shape) : new Float32Array(sizeOf(shape));
  return new Parameter(data, { shape, device });
}

/** Makes modules whose weights are loaded afterwards: nothing is drawn, all values are 0. */
export function withoutDrawing<T>(make: () => T): T {
  const before = draws;
  draws = false;
  try {
    return make();
  } finally {
    draws = before;
  }
}

/** The same value everywhere. */
export const constantDraw =
  (value: number): Draw =>
  (_, shape) =>
    new Float32Array(sizeOf(shape)).fill(value);

/** As `tensor.uniform_(a, b)`: in [a, b), with one rounding of each number. */
export const uniformDraw =
  (a: number, b: number): Draw =>
  (generator, shape) => {
    const values = uniform(generator, sizeOf(shape));
    const start = Math.fround(a);
    const width = Math.fround(Math.fround(b) - start);
    for (let index = 0; index < values.length; index++) values[index] = (values[index] as number) * width + start;
    return values;
  };

/** As `tensor.normal_(mean, std)`. */
export const normalDraw =
  (mean: number, std: number): Draw =>
  (generator, shape) =>
    normal(generator, sizeOf(shape), mean, std);
