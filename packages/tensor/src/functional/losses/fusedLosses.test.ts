import * as reference from '@attune/kernels/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { checkGradient } from '../../testing/checkGradient.ts';
import { tensor } from '../creation/create.ts';
import { scale } from '../elementwise/unary.ts';
import { crossEntropy } from './classLosses.ts';
import { bceWithLogits, mseLoss } from './elementLosses.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('losses in one kernel with their gradients', () => {
  it('equal their references and finite differences of these', async () => {
    const labels = Int32Array.of(2, -100, 0, 1);
    for (const labelSmoothing of [0, 0.2]) {
      await checkGradient({
        device,
        shapes: [[4, 3]],
        operation: (x) => crossEntropy(x!, labels, { labelSmoothing }),
        reference: (x) => [
          reference.crossEntropyReference({ logits: x!, labels, rows: 4, classes: 3, labelSmoothing, weight: 1 / 3 })
            .loss,
        ],
      });
    }
    // Not the end of the graph: the gradient that comes in is not 1.
    await checkGradient({
      device,
      shapes: [[4, 3]],
      operation: (x) => scale(crossEntropy(x!, labels), 3),
      reference: (x) => [
        3 * reference.crossEntropyReference({ logits: x!, labels, rows: 4, classes: 3, weight: 1 / 3 }).loss,
      ],
    });
    const targets = Float32Array.of(0.5, 1, 0, 0.25, 1, 0);
    await checkGradient({
      device,
      shapes: [[6, 1]],
      operation: (x) => mseLoss(x!, targets),
      reference: (x) => [reference.meanSquaredErrorReference(x!, targets, 1 / 6).loss],
    });
    await checkGradient({
      device,
      shapes: [[2, 3]],
      operation: (x) => bceWithLogits(x!, targets),
      reference: (x) => [reference.binaryCrossEntropyReference(x!, targets, 1 / 6).loss],
    });
  });

  it('refuse labels that are not classes', () => {
    const logits = tensor(new Float32Array(6), { shape: [2, 3], device });
    expect(() => crossEntropy(logits, Int32Array.of(0, 3))).toThrow(
      /label of row 1 is 3; with 3 classes it must be 0 to 2/,
    );
  });
});
