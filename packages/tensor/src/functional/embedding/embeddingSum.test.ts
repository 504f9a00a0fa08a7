import * as reference from '@attune/kernels/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { TensorError } from '../../errors.ts';
import { checkGradient } from '../../testing/checkGradient.ts';
import { tensor } from '../creation/create.ts';
import { add } from '../elementwise/binary.ts';
import { gatherRows } from '../indexing/gatherRows.ts';
import { sum } from '../reductions/reductions.ts';
import { embeddingSum } from './embeddingSum.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('embeddingSum', () => {
  it('has the gradients of its reference, with ids that come often', async () => {
    const ids = [Int32Array.of(4, 0, 4, 2, 4, 4, 1), Uint32Array.of(0, 1, 2, 0, 1, 2, 0)];
    await checkGradient({
      device,
      shapes: [
        [5, 6],
        [3, 6],
      ],
      operation: (word, type) => embeddingSum([word!, type!], ids),
      reference: (word, type) => reference.embeddingSumReference([word!, type!], ids, 7, 6),
    });
  });

  it('takes ids that the caller changes before the backward pass', async () => {
    const table = tensor([1, 2, 3], { shape: [3, 1], device, requiresGrad: true });
    const [ids, rows] = [Uint32Array.of(0, 2), Uint32Array.of(1)];
    const loss = sum(add(gatherRows(embeddingSum([table], [ids]), rows), gatherRows(table, rows)));
    for (const changed of [ids, rows]) changed.fill(0);
    loss.backward();
    expect([...(await table.grad!.data())]).toEqual([0, 1, 1]);
  });

  it('refuses ids that are out of range', () => {
    const table = tensor(new Float32Array(8), { shape: [4, 2], device });
    expect(() => embeddingSum([table], [Int32Array.of(0, 4)])).toThrow(TensorError);
    expect(() => embeddingSum([table], [Int32Array.of(0, -1)])).toThrow(
      /id -1 at index 1 is outside table 0, which has 4 rows/,
    );
  });
});
