import * as reference from '@attune/kernels/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { checkGradient } from '../../testing/checkGradient.ts';
import { tensor } from '../creation/create.ts';
import { cast } from '../elementwise/cast.ts';
import { sum } from '../reductions/reductions.ts';
import { gatherRows } from './gatherRows.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('gatherRows', () => {
  it.each([[[4, 0, 2]], [[4, 0, 4, 4, 1]], [[0, 0]]])(
    'has the gradients of its reference, of rows %j',
    async (rows) => {
      const indices = Uint32Array.from(rows);
      await checkGradient({
        device,
        shapes: [[5, 6]],
        operation: (x) => gatherRows(x!, indices),
        reference: (x) => reference.gatherRowsReference(x!, indices, 6),
      });
    },
  );

  it('adds up the gradients of a row gathered twice, in f16', async () => {
    const x = tensor(Float32Array.of(1, 2, 3, 4), { shape: [2, 2], device, requiresGrad: true });
    sum(gatherRows(cast(x, 'f16'), Uint32Array.of(0, 0, 1))).backward();
    expect([...(await x.grad!.data())]).toEqual([2, 2, 1, 1]);
  });
});
