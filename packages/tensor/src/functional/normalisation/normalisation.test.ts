import * as reference from '@attune/kernels/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { ShapeError } from '../../errors.ts';
import { checkGradient } from '../../testing/checkGradient.ts';
import { tensor } from '../creation/create.ts';
import { dropout } from '../dropout/dropout.ts';
import { randomState } from '../dropout/dropoutOptions.ts';
import { layerNorm } from './layerNorm.ts';
import { logSoftmax, softmax } from './softmax.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('gradients equal finite differences of the float64 reference', () => {
  it.each([
    [1, 3],
    [5, 17],
    [3, 64],
  ])('softmax [%i, %i]', async (rows, columns) => {
    await checkGradient({
      device,
      shapes: [[rows, columns]],
      operation: (x) => softmax(x!),
      reference: (x) => reference.softmaxReference(x!, rows, columns),
    });
    await checkGradient({
      device,
      shapes: [[rows, columns]],
      operation: (x) => logSoftmax(x!),
      reference: (x) => reference.softmaxReference(x!, rows, columns, true),
    });
  });

  const randomOf = (rows: number) => {
    const tokenKeys = Uint32Array.from({ length: rows }, (_, row) => (row << 16) | (row % 3));
    const random = {
      state: randomState(device, { seed: 9, update: 4 }),
      tokenKeys: tensor(tokenKeys, { shape: [rows], device }),
    };
    return { tokenKeys, random };
  };

  it.each([
    [1, 3],
    [5, 17],
    [3, 64],
  ])('layer norm and dropout [%i, %i]', async (rows, columns) => {
    const { tokenKeys, random } = randomOf(rows);
    const options = { probability: 0.3, site: 5, random };
    const drop = { probability: 0.3, site: 5, seed: 9, update: 4, tokenKeys };
    const shared = { rows, columns, epsilon: 1e-3 };
    await checkGradient({
      device,
      shapes: [[rows, columns]],
      operation: (x) => dropout(x!, options),
      reference: (x) => reference.dropoutReference(x!, { rows, columns, dropout: drop }),
    });
    await checkGradient({
      device,
      shapes: [[rows, columns], [columns], [columns]],
      operation: (x, w, b) => layerNorm(x!, w!, b!, { epsilon: 1e-3 }),
      reference: (x, w, b) => reference.layerNormReference({ input: x!, weight: w!, bias: b!, ...shared }).output,
    });
    await checkGradient({
      device,
      shapes: [[rows, columns], [columns], [columns], [rows, columns]],
      operation: (x, w, b, r) => layerNorm(x!, w!, b!, { epsilon: 1e-3, residual: r! }),
      reference: (x, w, b, r) =>
        reference.layerNormReference({ input: x!, weight: w!, bias: b!, residual: r!, ...shared }).output,
    });
    await checkGradient({
      device,
      shapes: [[rows, columns], [columns], [columns], [rows, columns]],
      operation: (x, w, b, r) => layerNorm(x!, w!, b!, { epsilon: 1e-3, residual: r!, dropout: options }),
      reference: (x, w, b, r) =>
        reference.layerNormReference({ input: x!, weight: w!, bias: b!, residual: r!, dropout: drop, ...shared })
          .output,
    });
  });
});

it('layerNorm names what does not fit', () => {
  const make = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape, device });
  const call = () => layerNorm(make(2, 3), make(2), make(3));
  expect(call).toThrow(ShapeError);
  expect(call).toThrow(/layerNorm: weight/);
});
