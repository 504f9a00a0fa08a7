import { beforeAll, describe, expect, it } from 'vitest';
import * as kernels from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { adafactorUpdate } from '../../kernels/adafactor/index.ts';
import { createOptimizerState, decideUpdate, optimizerUpdate } from '../../kernels/optimizer/index.ts';
import { selfTest } from '../../selfTest/selfTest.ts';
import { expectAttention, runAttention } from '../attentionCases.ts';
import { checkGemm } from '../checkGemm.ts';
import { expectLayerNorm, runLayerNorm } from '../layerNormCases.ts';
import { normalNumbers } from '../numbers.ts';
import { interpretedGpu } from './interpretedGpu.ts';

// A software driver runs the invocations of a subgroup in step, and subgroups one after the other:
// what is wrong with barriers shows on GPUs only. Here each access is looked at.

/** Runs `body` on an interpreter, which must find nothing wrong. */
async function withoutProblems(size: number, consecutive: boolean, body: (gpu: Gpu) => Promise<void>): Promise<void> {
  const interpreted = interpretedGpu({ subgroups: { size, consecutive } });
  try {
    await body(await kernels.openDevice({ webgpu: interpreted.webgpu }));
  } finally {
    interpreted.end();
  }
  expect([...interpreted.problems]).toEqual([]);
}

const floats = (gpu: Gpu, length: number) => gpu.upload(normalNumbers(length, length), 'f32', 'numbers');
const classesOf = (gpu: Gpu, rows: number, classes: number) =>
  gpu.upload(
    Int32Array.from({ length: rows }, (_, row) => (row * 7) % classes),
    'i32',
    'classes',
  );

/** Kernels whose workgroups share memory, or whose threads share words, at small sizes. */
const recordings: Readonly<Record<string, (gpu: Gpu) => void>> = {
  softmax(gpu) {
    const [rows, columns] = [5, 300];
    const [input, output] = [floats(gpu, rows * columns), floats(gpu, rows * columns)];
    kernels.softmax(gpu, { input, output, rows, columns, variant: 'workgroup' });
    const gradInput = floats(gpu, rows * columns);
    kernels.softmaxBackward(gpu, { gradOutput: input, output, gradInput, rows, columns, variant: 'workgroup' });
  },
  columnSum(gpu) {
    for (const [rows, columns] of [
      [700, 5],
      [90, 36],
    ] as const)
      kernels.columnSum(gpu, { input: floats(gpu, rows * columns), output: floats(gpu, columns), rows, columns });
  },
  cumsum(gpu) {
    for (const [outer, length, inner] of [
      [2, 1100, 1],
      [2, 600, 1],
      [1, 70, 9],
    ] as const)
      kernels.cumsum(gpu, {
        input: floats(gpu, outer * length * inner),
        output: floats(gpu, outer * length * inner),
        outer,
        length,
        inner,
      });
  },
  crossEntropy(gpu) {
    const [rows, classes] = [9, 290];
    kernels.crossEntropy(gpu, {
      logits: floats(gpu, rows * classes),
      labels: classesOf(gpu, rows, classes),
      loss: floats(gpu, 1),
      gradLogits: floats(gpu, rows * classes),
      rows,
      classes,
      weight: 1 / rows,
      variant: 'workgroup',
    });
  },
  classLoss(gpu) {
    const [outer, classes] = [70, 280];
    const input = floats(gpu, outer * classes);
    const given = { input, isLogits: true, target: classesOf(gpu, outer, classes), outer, classes, inner: 1 };
    const [losses, facts] = [floats(gpu, outer), floats(gpu, 4 * outer)];
    kernels.classLoss(gpu, { ...given, facts, losses });
    kernels.classLossBackward(gpu, { ...given, facts, gradOutput: losses, gradient: floats(gpu, outer * classes) });
  },
  argSort(gpu) {
    const [outer, length] = [2, 700];
    const output = gpu.allocate('i32', outer * length, 'order');
    for (const variant of ['element', 'share'] as const)
      kernels.argSort(gpu, { input: floats(gpu, outer * length), output, outer, length, inner: 1, variant });
  },
  scatterAdd(gpu) {
    const [outer, length, places, inner] = [2, 70, 40, 36];
    kernels.scatterAdd(gpu, {
      input: floats(gpu, outer * places * inner),
      index: classesOf(gpu, places, length),
      output: floats(gpu, outer * length * inner),
      outer,
      length,
      places,
      inner,
      strides: { outer: 0, place: 1, inner: 0 },
    });
  },
  'scatterAdd in parts'(gpu) {
    const [length, places, inner] = [3, 300, 5];
    kernels.scatterAdd(gpu, {
      input: floats(gpu, places * inner),
      index: gpu.upload(
        Int32Array.from({ length: places }, (_, place) => Math.floor(place / 140)),
        'i32',
        'index',
      ),
      order: gpu.upload(
        Int32Array.from({ length: places }, (_, place) => place),
        'i32',
        'order',
      ),
      output: floats(gpu, length * inner),
      outer: 1,
      length,
      places,
      inner,
      strides: { outer: 0, place: 1, inner: 0 },
    });
  },
  stridedCopy(gpu) {
    const shape = [70, 45];
    const input = floats(gpu, 70 * 45);
    kernels.stridedCopy(gpu, { input, output: floats(gpu, 70 * 45), shape, from: { strides: [1, 70] } });
  },
  reduce(gpu) {
    for (const member of ['sum', 'maximum', 'product'] as const)
      for (const [outer, length, inner] of [
        [3, 700, 1],
        [1, 300, 12],
      ] as const)
        kernels.reduce(gpu, {
          member,
          input: floats(gpu, outer * length * inner),
          output: floats(gpu, outer * inner),
          outer,
          length,
          inner,
        });
  },
  optimizer(gpu) {
    const length = 64 * 70;
    const state = createOptimizerState(gpu, { learningRates: [1e-5], groups: [{ weightDecay: 0.01 }] });
    const segment = {
      weights: floats(gpu, length),
      gradients: floats(gpu, length),
      expAvg: gpu.allocatePersistent('f32', length, 'expAvg'),
      expAvgSq: gpu.allocatePersistent('f32', length, 'expAvgSq'),
      groupIds: gpu.allocatePersistent('u32', length / 64, 'groupIds'),
      length,
    };
    optimizerUpdate(gpu, { state, segments: [segment] });
  },
  adafactor(gpu) {
    const [rows, columns] = [64, 40];
    const length = rows * columns;
    const state = createOptimizerState(gpu, { learningRates: [1e-3], groups: [{ weightDecay: 0 }] });
    const input = { state, epsilon: [1e-30, 1e-3], clipThreshold: 1, beta1: null, scaleParameter: true } as const;
    const parameter = { weights: floats(gpu, length), gradients: floats(gpu, length), id: 0 };
    const means = { rows: floats(gpu, rows), columns: floats(gpu, columns) };
    decideUpdate(gpu, { state, segments: [{ gradients: parameter.gradients, length }] });
    adafactorUpdate(gpu, { shape: [rows, columns], ...parameter, ...means }, input);
  },
  'halves in words, of which threads write one each'(gpu) {
    const [input, output] = [floats(gpu, 301), gpu.allocate('f16', 301, 'halves')];
    kernels.cast(gpu, { input, output, length: 301 });
    kernels.softmax(gpu, { input: output, output: gpu.allocate('f16', 301, 'output'), rows: 7, columns: 43 });
  },
};

beforeAll(kernels.loadVariants);

describe('kernels as GPUs run them have no races', () => {
  it.each([
    [32, true],
    [16, false],
  ])('products and attention, subgroups of %i, neighbours together: %s', async (size, consecutive) => {
    await withoutProblems(size, consecutive, async (gpu) => expect(await selfTest(gpu)).toEqual([]));
  });

  it.each(['padded', 'tiled', 'flash'] as const)('attention by %s, of sequences that span blocks', (variant) =>
    withoutProblems(32, true, async (gpu) => {
      const given = { lengths: [0, 37, 131], numHeads: 1, headSize: 12, variant, dropout: true, qkv: true } as const;
      expectAttention(given, await runAttention(gpu, given));
    }),
  );

  it.each(['portable', 'outerProduct', 'register'] as const)('products by %s', (variant) =>
    withoutProblems(32, true, async (gpu) => {
      for (const layout of ['NN', 'NT', 'TN'] as const)
        await checkGemm(gpu, { layout, shape: [67, 70, 37], variant, splits: 2, withBias: true });
    }),
  );

  it.each([
    ['subgroup', { m: 64, n: 64, k: 1 }],
    // Tiles of four rows, whose panels have fewer vectors than a subgroup has lanes.
    ['subgroup', { m: 4, n: 64, k: 8, layout: 'TN', packing: true }],
    ['portable', { m: 128, n: 1, k: 64, splits: 2 }],
  ] as const)('products by %s read nothing behind arrays that fill their memory, %o', (variant, given) =>
    withoutProblems(32, true, async (gpu) => {
      const { m, n, k } = given;
      const arrays = { a: floats(gpu, m * k), b: floats(gpu, k * n), output: floats(gpu, m * n) };
      kernels.gemm(gpu, { ...arrays, layout: 'NN', ...given, variant });
      await gpu.idle();
    }),
  );

  it('layer norm, a workgroup for a row and for blocks', () =>
    withoutProblems(32, true, async (gpu) => {
      for (const columns of [33, 512])
        for (const residual of [true, false]) {
          const given = { rows: 70, columns, variant: 'workgroupPerRow', residual, dropout: true } as const;
          expectLayerNorm(given, await runLayerNorm(gpu, given));
        }
    }));

  it.each(Object.keys(recordings))('%s', (name) =>
    withoutProblems(32, true, async (gpu) => {
      recordings[name]?.(gpu);
      await gpu.idle();
    }),
  );
});
