import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDevice } from '@attune/kernels';
import type { Device } from '../../device.ts';
import { Mt19937 } from '../../random/mt19937.ts';
import type { Tensor } from '../../tensor.ts';
import { mul } from '../elementwise/binary.ts';
import { tensor } from '../creation/create.ts';
import { dropout } from '../dropout/dropout.ts';
import { embeddingNorm } from './embeddingNorm.ts';
import { embeddingSum } from './embeddingSum.ts';
import { layerNorm } from '../normalisation/layerNorm.ts';
import { randomState } from '../dropout/dropoutOptions.ts';
import { sum } from '../reductions/reductions.ts';

let device: Device;
beforeAll(async () => {
  device = await openDevice();
});
afterAll(() => device.destroy());

const [rows, columns] = [37, 12];
const tableRows = [9, 5, 2];
const ids = tableRows.map((count, table) =>
  Uint32Array.from({ length: rows }, (_, row) => (row * (table + 2) + 1) % count),
);
const paddingIndices = [0, null, null];
const epsilon = 1e-12;

/** The result, then all gradients. */
async function run(isOne: boolean, probability: number, frozen = -1): Promise<Float32Array[]> {
  const random = new Mt19937(3);
  const draw = (shape: readonly [number, ...number[]], index: number) =>
    tensor(random.normal(shape.reduce((all, extent) => all * extent, 1)), {
      shape,
      device,
      requiresGrad: index !== frozen,
    });
  const tables = tableRows.map((count, index) => draw([count, columns], index));
  const [weight, bias] = [draw([columns], 3), draw([columns], 4)];
  const factors = tensor(random.normal(rows * columns), { shape: [rows, columns], device });
  const key = {
    state: randomState(device, { seed: 5, update: 2 }),
    tokenKeys: tensor(
      Uint32Array.from({ length: rows }, (_, row) => row * 65537),
      { device },
    ),
  };
  const dropped = probability > 0 ? { probability, site: 9, random: key } : undefined;
  const apart = () => {
    const normalised = layerNorm(embeddingSum(tables, ids, { paddingIndices }), weight, bias, { epsilon });
    return dropped ? dropout(normalised, dropped) : normalised;
  };
  const result = isOne
    ? embeddingNorm({ tables, ids, paddingIndices, weight, bias, epsilon, dropout: dropped, readBy: [] })
    : apart();
  sum(mul(result, factors)).backward();
  const arrays = [result, ...[...tables, weight, bias].map((given: Tensor) => given.grad)];
  return Promise.all(arrays.map(async (array) => ((await array?.data()) ?? new Float32Array()) as Float32Array));
}

it.each([
  [0.25, -1],
  [0, -1],
  [0.25, 1],
  [0.25, 3],
])(
  'has the bits of its parts, and so do its gradients: dropout of %f, input %i frozen',
  async (probability, frozen) => {
    for (const software of [device.profile.software, false]) {
      Object.assign(device, { profile: { ...device.profile, software } });
      expect(await run(true, probability, frozen)).toEqual(await run(false, probability, frozen));
    }
  },
);

it('refuses what embeddingSum refuses', () => {
  const table = tensor(new Float32Array(4), { shape: [2, 2], device });
  const weight = tensor(new Float32Array(2), { device });
  const given = {
    tables: [table],
    paddingIndices: [null],
    weight,
    bias: weight,
    epsilon,
    dropout: undefined,
    readBy: [],
  };
  expect(() => embeddingNorm({ ...given, ids: [Uint32Array.of(2)] })).toThrow(/id 2 at index 0/);
});
