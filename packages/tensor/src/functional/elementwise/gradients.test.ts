import * as reference from '@attune/kernels/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { ShapeError } from '../../errors.ts';
import { checkGradient } from '../../testing/checkGradient.ts';
import { tensor } from '../creation/create.ts';
import { gelu, tanh } from './activations.ts';
import { add, mul } from './binary.ts';
import { scale } from './unary.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('gradients equal finite differences of the float64 reference', () => {
  it('activations and arithmetic', async () => {
    await checkGradient({
      device,
      shapes: [[7, 5]],
      operation: (x) => gelu(x!),
      reference: (x) => reference.geluReference(x!),
    });
    await checkGradient({
      device,
      shapes: [[7, 5]],
      operation: (x) => tanh(x!),
      reference: (x) => reference.tanhReference(x!),
    });
    await checkGradient({
      device,
      shapes: [
        [3, 3],
        [3, 3],
      ],
      operation: (a, b) => add(a!, b!),
      reference: (a, b) => reference.addReference(a!, b!),
    });
    await checkGradient({
      device,
      shapes: [
        [3, 3],
        [3, 3],
      ],
      operation: (a, b) => mul(a!, b!),
      reference: (a, b) => reference.multiplyReference(a!, b!),
    });
    await checkGradient({
      device,
      shapes: [[3, 3]],
      operation: (x) => scale(x!, -2.5),
      reference: (x) => reference.scaleReference(x!, -2.5),
    });
  });

  it('a tensor that is used twice', async () => {
    await checkGradient({
      device,
      shapes: [[3, 3]],
      operation: (x) => mul(gelu(x!), add(x!, gelu(x!))),
      reference: (x) => {
        const g = reference.geluReference(x!);
        return g.map((value, index) => value * ((x![index] as number) + value));
      },
    });
    await checkGradient({
      device,
      shapes: [[3, 3]],
      operation: (x) => mul(x!, x!),
      reference: (x) => x!.map((value) => value * value),
    });
  });
});

it('add names the operation and both shapes', () => {
  const make = (...shape: number[]) => tensor(new Float32Array(6), { shape, device });
  const call = () => add(make(2, 3), make(3, 2));
  expect(call).toThrow(ShapeError);
  expect(call).toThrow(/add: b has the shape \[3, 2\], which does not broadcast to \[2, 3\]/);
});
