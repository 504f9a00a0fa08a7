import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadVariants, openDevice } from '../index.ts';
import type { ElementType, Gpu, GpuArray } from '../index.ts';
import { attention, attentionBackward } from './attention/index.ts';
import type { AttentionVariant } from './attention/index.ts';
import { crossEntropy } from './crossEntropy/index.ts';
import { embeddingBackward, embeddingSum } from './embeddingSum/index.ts';
import { gather, scatterAdd } from './gather/index.ts';
import { gatherRows, scatterRows } from './gatherRows/index.ts';
import { segmentIds, uploadSegments } from './segmentSum/index.ts';
import { softmax, softmaxBackward } from './softmax/index.ts';

/** Far beyond every array, and NaN as a float. */
const huge = 0xfffffff0;
const patterns: Readonly<Record<string, (index: number) => number>> = {
  'huge words': () => huge,
  'huge words and zeros in turn': (index) => (index % 2 === 0 ? huge : 0),
  'zeros and huge words in turn': (index) => (index % 2 === 0 ? 0 : huge),
  'steps of 2^27': (index) => index * 2 ** 27,
};
const [rows, columns, numHeads, headSize] = [64, 16, 2, 8];
const matrix = numHeads * headSize * rows;

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
  await loadVariants();
});
afterAll(() => gpu.destroy());

/** Kernels that read from arrays where to look, or how far to go. */
const kernels: Readonly<Record<string, (array: (type: ElementType, length: number) => GpuArray) => void>> = {
  embeddingSum: (array) =>
    embeddingSum(gpu, {
      tables: [array('f32', rows * columns)],
      ids: [array('u32', rows)],
      output: array('f32', rows * columns),
      rows,
      columns,
    }),
  embeddingBackward: (array) => {
    // Ids that are summed in one stage, and in two.
    const ids = Uint32Array.from({ length: 200 }, (_, row) => (row < 100 ? row % 20 : 20));
    const segments = uploadSegments(gpu, segmentIds(ids));
    embeddingBackward(gpu, {
      gradOutput: array('f32', 200 * columns),
      gradTable: array('f32', 64 * columns),
      segments: { ...segments, words: array('u32', segments.words.length) },
      rows: 200,
      columns,
    });
  },
  gatherRows: (array) =>
    gatherRows(gpu, {
      input: array('f32', rows * columns),
      indices: array('u32', rows),
      output: array('f32', rows * columns),
      rows,
      columns,
    }),
  'gather and scatterAdd': (array) => {
    const shape = { outer: 1, length: rows, places: rows, inner: columns };
    const index = array('u32', rows * columns);
    gather(gpu, { input: array('f32', rows * columns), index, output: array('f32', rows * columns), ...shape });
    scatterAdd(gpu, {
      input: array('f32', rows * columns),
      index,
      order: array('i32', rows * columns),
      output: array('f32', rows * columns),
      ...shape,
    });
  },
  'scatterAdd of few': (array) =>
    scatterAdd(gpu, {
      input: array('f32', rows * columns),
      index: array('u32', rows),
      output: array('f32', rows * columns),
      outer: 1,
      length: rows,
      places: rows,
      inner: columns,
      strides: { outer: 0, place: 1, inner: 0 },
    }),
  scatterRows: (array) =>
    scatterRows(gpu, {
      input: array('f32', rows * columns),
      segments: { ...uploadSegments(gpu, segmentIds(new Uint32Array(rows))), words: array('u32', 4 * rows) },
      output: array('f32', rows * columns),
      rows,
      outputRows: rows,
      columns,
    }),
  crossEntropy: (array) =>
    crossEntropy(gpu, {
      logits: array('f32', rows * columns),
      labels: array('i32', rows),
      loss: array('f32', 1),
      gradLogits: array('f32', rows * columns),
      rows,
      classes: columns,
      weight: 1,
    }),
  'softmax and its backward': (array) => {
    const [input, output] = [array('f32', rows * columns), array('f32', rows * columns)];
    softmax(gpu, { input, output, rows, columns });
    softmaxBackward(gpu, { gradOutput: input, output, gradInput: array('f32', rows * columns), rows, columns });
  },
  ...Object.fromEntries(
    (['byRow', 'bySubgroup', 'flash', 'padded', 'tiled'] satisfies AttentionVariant[]).map((variant) => [
      `attention and its backward, ${variant}`,
      (array: (type: ElementType, length: number) => GpuArray) => {
        if (variant === 'bySubgroup' && gpu.profile.subgroupSize !== 8) return;
        const random = { state: array('u32', 4), tokenKeys: array('u32', rows) };
        const shape = {
          qkv: array('f32', 3 * matrix),
          cuSeqlens: array('u32', 5),
          output: array('f32', matrix),
          logSumExp: array('f32', rows * numHeads),
          totalTokens: rows,
          numSequences: 4,
          maxSeqlen: rows,
          numHeads,
          headSize,
          dropout: { probability: 0.1, site: 1, random },
          variant,
        };
        attention(gpu, shape);
        attentionBackward(gpu, { ...shape, gradOutput: array('f32', matrix), gradQkv: array('f32', 3 * matrix) });
      },
    ]),
  ),
};

describe.each(Object.keys(kernels))('%s', (name) => {
  // A loop that goes as far as an array says, 2^32 turns, takes longer than any test may.
  it.each(Object.keys(patterns))('ends where its arrays hold %s', async (pattern) => {
    gpu.scope(() =>
      kernels[name]!((type, length) => {
        const bits = Uint32Array.from({ length }, (_, index) => patterns[pattern]!(index));
        if (type === 'f32') return gpu.upload(new Float32Array(bits.buffer), type, 'any content');
        return gpu.upload(type === 'i32' ? new Int32Array(bits.buffer) : bits, type, 'any content');
      }),
    );
    await expect(gpu.idle()).resolves.toBeUndefined();
  });
});
