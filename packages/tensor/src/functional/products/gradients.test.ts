import * as reference from '@attune/kernels/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { ShapeError } from '../../errors.ts';
import { checkGradient } from '../../testing/checkGradient.ts';
import { tensor } from '../creation/create.ts';
import { linear } from './linear.ts';
import { matmul } from './matmul.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const linearReference =
  (rows: number, inner: number, outputs: number) => (x: Float64Array, w: Float64Array, b?: Float64Array) => {
    const result = new Float64Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < outputs; column++) {
        let total = b?.[column] ?? 0;
        for (let k = 0; k < inner; k++) total += (x[row * inner + k] as number) * (w[column * inner + k] as number);
        result[row * outputs + column] = total;
      }
    }
    return result;
  };

const sizes = [
  [1, 1, 1],
  [3, 17, 5],
  [17, 3, 9],
] as const;

describe('gradients equal finite differences of the float64 reference', () => {
  it.each(sizes)('linear [%i, %i] to %i', async (rows, inner, outputs) => {
    const plain = linearReference(rows, inner, outputs);
    await checkGradient({
      device,
      shapes: [[rows, inner], [outputs, inner], [outputs]],
      operation: (x, w, b) => linear(x!, w!, b!),
      reference: (x, w, b) => plain(x!, w!, b),
    });
    await checkGradient({
      device,
      shapes: [
        [rows, inner],
        [outputs, inner],
      ],
      operation: (x, w) => linear(x!, w!),
      reference: (x, w) => plain(x!, w!),
    });
  });

  it.each(sizes)('linear with gelu [%i, %i] to %i', async (rows, inner, outputs) => {
    const plain = linearReference(rows, inner, outputs);
    await checkGradient({
      device,
      shapes: [[rows, inner], [outputs, inner], [outputs]],
      operation: (x, w, b) => linear(x!, w!, b!, { activation: 'gelu' }),
      reference: (x, w, b) => reference.geluReference(plain(x!, w!, b)),
    });
  });

  it('matmul', async () => {
    const product = (a: Float64Array, b: Float64Array) =>
      Float64Array.from({ length: 15 }, (_, index) => {
        let total = 0;
        for (let k = 0; k < 4; k++)
          total += (a[Math.floor(index / 5) * 4 + k] as number) * (b[k * 5 + (index % 5)] as number);
        return total;
      });
    await checkGradient({
      device,
      shapes: [
        [3, 4],
        [4, 5],
      ],
      operation: (a, b) => matmul(a!, b!),
      reference: (a, b) => product(a!, b!),
    });
  });
});

const make = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape, device });

describe('errors name the operation and the shapes', () => {
  it.each([
    [
      'linear',
      () => linear(make(2, 3), make(4, 5)),
      'linear: weight (input is [2, 3]) has the shape [4, 5]; expected [4, 3]',
    ],
    ['bias', () => linear(make(2, 3), make(4, 3), make(3)), /linear: bias has the shape \[3\]; expected \[4\]/],
    ['matmul', () => matmul(make(2, 3), make(2, 3)), /matmul: \[2, 3\] and \[2, 3\]/],
  ])('%s', (_name, call, message) => {
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(message);
  });
});
