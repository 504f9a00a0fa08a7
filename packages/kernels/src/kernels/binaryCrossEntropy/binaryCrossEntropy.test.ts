import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryCrossEntropyWithLogits, KernelArgumentError, openDevice } from '../../index.ts';
import type { Gpu, GpuArray } from '../../index.ts';
import { readFloats, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { expectGradient } from '../../testing/expectGradient.ts';
import { normalNumbers, uniformNumbers } from '../../testing/numbers.ts';
import { binaryCrossEntropyReference } from './reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

interface Case {
  readonly logits: Float32Array;
  readonly targets: Float32Array;
  readonly length: number;
  readonly weight: number;
}

function makeCase(length: number, magnitude = 1): Case {
  return {
    logits: normalNumbers(length, length, { deviation: magnitude }),
    targets: Float32Array.from({ length }, uniformNumbers(length)),
    length,
    weight: 1 / Math.max(1, length),
  };
}

async function run(options: Case, { gradient = true, before = NaN, accumulate = false } = {}) {
  const arrays = {
    logits: uploadFloats(gpu, options.logits, 'f32', 'logits'),
    targets: uploadFloats(gpu, options.targets, 'f32', 'targets'),
    loss: uploadFloats(gpu, [before], 'f32', 'loss'),
    gradLogits: staleOutput(gpu, options.length, 'f32', 'gradLogits'),
  };
  binaryCrossEntropyWithLogits(gpu, { ...options, ...arrays, gradLogits: gradient ? arrays.gradLogits : undefined, accumulate });
  const [loss = NaN] = await readFloats(gpu, arrays.loss, 1);
  const gradLogits = await readFloats(gpu, arrays.gradLogits, options.length);
  for (const array of Object.values(arrays)) gpu.release(array);
  return { loss, gradLogits };
}

async function check(options: Case) {
  const { loss, gradLogits } = await run(options);
  const expected = binaryCrossEntropyReference(options.logits, options.targets, options.weight);
  const { length } = options;
  // exp and log are off by some 8 roundings of 1; then 4 terms, 64 of those sums, and 64 of those are added, of which a part cancels.
  const size = options.logits.reduce((sum, value) => sum + 2 * Math.abs(value) + 1, 0) * Math.abs(options.weight);
  expectClose([loss], [expected.loss], { roundings: 8 + 4 + 64 + 64, magnitude: size }, `loss of ${length}`);
  expectClose(gradLogits, expected.gradLogits, { roundings: 12, magnitude: Math.abs(options.weight) }, `gradient of ${length}`);
}

describe('binaryCrossEntropyWithLogits', () => {
  for (const length of [1, 3, 17, 63, 65, 129, 512, 20_000])
    it(`equals the reference for ${length} elements`, () => check(makeCase(length)));

  it('keeps small and large magnitudes', async () => {
    for (const magnitude of [1e-10, 100, 1e4, 1e30]) await check(makeCase(129, magnitude));
  });

  it('equals torch 2.13', async () => {
    const torch = { logits: Float32Array.of(-3, 0, 0.5, 100, -100), targets: Float32Array.of(0, 1, 0.25, 1, 1), length: 5, weight: 1 };
    const { loss, gradLogits } = await run(torch);
    expectClose([loss], [101.59081151631379], { roundings: 4 });
    expectClose(gradLogits, [0.04742587317756678, -0.5, 0.3724593312018546, 0, -1], { roundings: 8, magnitude: 1 });
  });

  it('keeps the digits of a small loss', async () => {
    for (const logit of [3, 5, 10, 20, 60]) {
      const { loss } = await run({ logits: Float32Array.of(logit), targets: Float32Array.of(1), length: 1, weight: 1 });
      // exp(x) may be off by 3 + 2 |x| units in the last place.
      expectClose([loss], [Math.log1p(Math.exp(-logit))], { roundings: 20 + 4 * logit });
    }
  });

  it('adds micro-batches up', async () => {
    const [first, second] = [makeCase(17), makeCase(8)];
    const { loss } = await run(second, { before: (await run(first)).loss, accumulate: true });
    const expected = [first, second].map((options) => binaryCrossEntropyReference(options.logits, options.targets, options.weight).loss);
    expectClose([loss], [(expected[0] as number) + (expected[1] as number)], { roundings: 32 });
  });

  it('gives 0 for no elements, and the same loss without a gradient', async () => {
    expect((await run(makeCase(0))).loss).toBe(0);
    const options = makeCase(65);
    const plain = await run(options, { gradient: false });
    expect(plain.loss).toBe((await run(options)).loss);
    expect(plain.gradLogits.every(Number.isNaN)).toBe(true);
  });

  it('has a reference whose gradient is its derivative', () => {
    const { logits, targets, weight } = makeCase(9);
    const gradient = binaryCrossEntropyReference(logits, targets, weight).gradLogits;
    expectGradient((values) => binaryCrossEntropyReference(values, targets, weight).loss, logits, gradient);
  });

  it('refuses what does not fit, naming it', () => {
    const [logits, targets, loss] = ['logits', 'targets', 'loss'].map((label) => gpu.allocate('f32', 8, label)) as [
      GpuArray,
      GpuArray,
      GpuArray,
    ];
    expect(() => binaryCrossEntropyWithLogits(gpu, { logits, targets, loss, length: 9, weight: 1 })).toThrow(
      /binaryCrossEntropyWithLogits: logits .* 8 elements.*length 9/,
    );
    expect(() => binaryCrossEntropyWithLogits(gpu, { logits, targets, loss, length: 8, weight: Infinity })).toThrow(KernelArgumentError);
    for (const array of [logits, targets, loss]) gpu.release(array);
  });

  it('compiles in every variant', () =>
    compileOnNull((nullGpu) => {
      const [logits, targets, loss, gradLogits] = ['a', 'b', 'c', 'd'].map((label) => nullGpu.allocate('f32', 8, label)) as [
        GpuArray,
        GpuArray,
        GpuArray,
        GpuArray,
      ];
      binaryCrossEntropyWithLogits(nullGpu, { logits, targets, loss, length: 8, weight: 1 });
      binaryCrossEntropyWithLogits(nullGpu, { logits, targets, loss, gradLogits, length: 8, weight: 1 });
    }));
});
