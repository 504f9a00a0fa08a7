import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meanSquaredError, KernelArgumentError, openDevice } from '../../index.ts';
import type { Gpu, GpuArray } from '../../index.ts';
import { readFloats, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { expectGradient } from '../../testing/expectGradient.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { meanSquaredErrorReference } from './reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

interface Case {
  readonly predictions: Float32Array;
  readonly targets: Float32Array;
  readonly length: number;
  readonly weight: number;
}

function makeCase(length: number, magnitude = 1): Case {
  return {
    predictions: normalNumbers(length, length, { deviation: magnitude }),
    targets: normalNumbers(length, length + 7, { deviation: magnitude }),
    length,
    weight: 1 / Math.max(1, length),
  };
}

async function run(options: Case, { gradient = true, before = NaN, accumulate = false } = {}) {
  const arrays = {
    predictions: uploadFloats(gpu, options.predictions, 'f32', 'predictions'),
    targets: uploadFloats(gpu, options.targets, 'f32', 'targets'),
    loss: uploadFloats(gpu, [before], 'f32', 'loss'),
    gradPredictions: staleOutput(gpu, options.length, 'f32', 'gradPredictions'),
  };
  meanSquaredError(gpu, { ...options, ...arrays, gradPredictions: gradient ? arrays.gradPredictions : undefined, accumulate });
  const [loss = NaN] = await readFloats(gpu, arrays.loss, 1);
  const gradPredictions = await readFloats(gpu, arrays.gradPredictions, options.length);
  for (const array of Object.values(arrays)) gpu.release(array);
  return { loss, gradPredictions };
}

async function check(options: Case) {
  const { loss, gradPredictions } = await run(options);
  const expected = meanSquaredErrorReference(options.predictions, options.targets, options.weight);
  const { length } = options;
  // Each square rounds three times; then 4 terms, 64 of those sums, and 64 of those are added.
  expectClose([loss], [expected.loss], { roundings: 3 + 4 + 64 + 64 }, `loss of ${length}`);
  const size = options.predictions.map(
    (value, index) => 2 * Math.abs(options.weight) * (Math.abs(value) + Math.abs(options.targets[index] as number)),
  );
  expectClose(gradPredictions, expected.gradPredictions, { roundings: 3, magnitude: size }, `gradient of ${length}`);
}

describe('meanSquaredError', () => {
  for (const length of [1, 3, 17, 63, 65, 129, 512, 20_000])
    it(`equals the reference for ${length} elements`, () => check(makeCase(length)));

  it('keeps small and large magnitudes', async () => {
    for (const magnitude of [1e-10, 1e4, 1e15]) await check(makeCase(129, magnitude));
  });

  it('equals torch 2.13', async () => {
    const torch = { predictions: Float32Array.of(0.5, -1, 2), targets: Float32Array.of(0, 1, 2.5), length: 3, weight: 1 / 3 };
    const { loss, gradPredictions } = await run(torch);
    expectClose([loss], [1.5], { roundings: 2 });
    expectClose(gradPredictions, [1 / 3, -4 / 3, -1 / 3], { roundings: 2 });
  });

  it('adds micro-batches up', async () => {
    const [first, second] = [makeCase(17), makeCase(8)];
    const { loss } = await run(second, { before: (await run(first)).loss, accumulate: true });
    const expected = [first, second].map((options) => meanSquaredErrorReference(options.predictions, options.targets, options.weight).loss);
    expectClose([loss], [(expected[0] as number) + (expected[1] as number)], { roundings: 32 });
  });

  it('gives 0 for no elements, and the same loss without a gradient', async () => {
    expect((await run(makeCase(0))).loss).toBe(0);
    const options = makeCase(65);
    const plain = await run(options, { gradient: false });
    expect(plain.loss).toBe((await run(options)).loss);
    expect(plain.gradPredictions.every(Number.isNaN)).toBe(true);
  });

  it('has a reference whose gradient is its derivative', () => {
    const { predictions, targets, weight } = makeCase(9);
    const gradient = meanSquaredErrorReference(predictions, targets, weight).gradPredictions;
    expectGradient((values) => meanSquaredErrorReference(values, targets, weight).loss, predictions, gradient);
  });

  it('refuses what does not fit, naming it', () => {
    const [predictions, targets, loss] = ['predictions', 'targets', 'loss'].map((label) => gpu.allocate('f32', 8, label)) as [
      GpuArray,
      GpuArray,
      GpuArray,
    ];
    expect(() => meanSquaredError(gpu, { predictions, targets, loss, length: 9, weight: 1 })).toThrow(
      /meanSquaredError: predictions .* 8 elements.*length 9/,
    );
    expect(() => meanSquaredError(gpu, { predictions, targets, loss, length: 8, weight: Infinity })).toThrow(KernelArgumentError);
    for (const array of [predictions, targets, loss]) gpu.release(array);
  });

  it('compiles in every variant', () =>
    compileOnNull((nullGpu) => {
      const [predictions, targets, loss, gradPredictions] = ['a', 'b', 'c', 'd'].map((label) => nullGpu.allocate('f32', 8, label)) as [
        GpuArray,
        GpuArray,
        GpuArray,
        GpuArray,
      ];
      meanSquaredError(nullGpu, { predictions, targets, loss, length: 8, weight: 1 });
      meanSquaredError(nullGpu, { predictions, targets, loss, gradPredictions, length: 8, weight: 1 });
    }));
});
