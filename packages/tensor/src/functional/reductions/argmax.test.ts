import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { ShapeError } from '../../errors.ts';
import { tensor } from '../creation/create.ts';
import { cast } from '../elementwise/cast.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('argmax', () => {
  it('is that of every row, without a gradient', async () => {
    const x = tensor([1, 3, 2, 9, 8, 7], { shape: [1, 2, 3], device, requiresGrad: true });
    for (const dim of [undefined, -1, 2]) {
      const found = x.argmax(dim);
      expect([found.shape, found.dtype, found.requiresGrad, [...(await found.data())]]).toEqual([
        [1, 2],
        'i32',
        false,
        [1, 0],
      ]);
    }
    expect([...(await cast(x, 'f16').argmax().data())]).toEqual([1, 0]);
  });

  it('says what it does not take', () => {
    const x = tensor([1, 2], { shape: [1, 2], device });
    expect(() => x.argmax(0)).toThrow(/argmax: dim must be -1 or 1, the last dimension; got 0/);
    expect(() => tensor([], { shape: [1, 0], device }).argmax()).toThrow(ShapeError);
    expect(() => x.argmax().argmax()).toThrow(/argmax takes a tensor of f32 or f16; this one is of i32/);
  });
});
