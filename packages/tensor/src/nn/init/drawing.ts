import { defaultGenerator } from '../../random/seed.ts';
import type { Device } from '../../device.ts';
import { normal, uniform } from '../../random/numbers.ts';
import type { Twister } from '../../random/twister.ts';
import { formatShape, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { Parameter } from '../parameter/parameter.ts';

/** First values of a parameter, drawn on the host as PyTorch draws them. */
export type Draw = (generator: Twister, shape: Shape) => Float32Array;

let draws = true;

/**
 * A parameter of a module that is being made. Draws come from the generator of the process, in the
 * order in which PyTorch's module of the name draws.
 *
 * @throws OutOfMemoryError before anything is drawn
 */
export function newParameter(device: Device, shape: Shape, draw: Draw): Parameter {
  device.requireRoom('f32', sizeOf(shape), `parameter ${formatShape(shape)}`);
  const data = draws ? draw(defaultGenerator(), shape) : new Float32Array(sizeOf(shape));
  return new Parameter(data, { shape, device });
}

/** Makes modules whose weights are put in place afterwards: nothing is drawn, all is 0. */
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

/** As `tensor.uniform_(a, b)`: from `a` on, before `b`, by one rounding of each number. */
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
