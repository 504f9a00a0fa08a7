import * as reference from '@attune/kernels/reference';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { ShapeError } from '../../errors.ts';
import { checkGradient } from '../../testing/checkGradient.ts';
import { tensor } from '../creation/create.ts';
import { randomState } from '../dropout/dropoutOptions.ts';
import { attention, attentionQkvPacked, packSequences } from './attention.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe('gradients equal finite differences of the float64 reference', () => {
  it.each([
    [2, 4],
    [1, 17],
    [3, 5],
  ])('attention, %i heads of %i, packed sequences, with and without dropout', async (numHeads, headSize) => {
    const cuSeqlens = Uint32Array.of(0, 3, 4, 9);
    const width = numHeads * headSize;
    const tokenKeys = Uint32Array.of(
      0,
      1,
      2,
      1 << 16,
      2 << 16,
      (2 << 16) | 1,
      (2 << 16) | 2,
      (2 << 16) | 3,
      (2 << 16) | 4,
    );
    const random = {
      state: randomState(device, { seed: 9, update: 4 }),
      tokenKeys: tensor(tokenKeys, { shape: [9], device }),
    };
    for (const probability of [0, 0.4]) {
      await checkGradient({
        device,
        shapes: [
          [9, width],
          [9, width],
          [9, width],
        ],
        operation: (q, k, v) =>
          attention(q!, k!, v!, {
            sequences: packSequences(device, cuSeqlens),
            numHeads,
            dropout: { probability, site: 3, random },
          }),
        reference: (query, key, value) =>
          reference.attentionReference({
            query: query!,
            key: key!,
            value: value!,
            cuSeqlens,
            numHeads,
            headSize,
            dropout: { probability, site: 3, seed: 9, update: 4, tokenKeys },
          }).output,
      });
    }
    const columns = (qkv: Float64Array, matrix: number) =>
      qkv.filter((_, index) => Math.floor(index / width) % 3 === matrix);
    await checkGradient({
      device,
      shapes: [[9, 3 * width]],
      operation: (qkv) => attentionQkvPacked(qkv!, { sequences: packSequences(device, cuSeqlens), numHeads }),
      reference: (qkv) =>
        reference.attentionReference({
          query: columns(qkv!, 0),
          key: columns(qkv!, 1),
          value: columns(qkv!, 2),
          cuSeqlens,
          numHeads,
          headSize,
        }).output,
    });
  });
});

const make = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape, device });

describe('errors name the operation and the shapes', () => {
  it.each([
    [
      'heads',
      () =>
        attention(make(2, 6), make(2, 6), make(2, 6), {
          sequences: packSequences(device, Uint32Array.of(0, 2)),
          numHeads: 4,
        }),
      /4 heads do not divide 6/,
    ],
    [
      'attention over one tensor',
      () => attentionQkvPacked(make(2, 8), { sequences: packSequences(device, Uint32Array.of(0, 2)), numHeads: 2 }),
      /attention: qkv has the shape \[2, 8\]; expected \[2, 6\]/,
    ],
  ])('%s', (_name, call, message) => {
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(message);
  });
});
