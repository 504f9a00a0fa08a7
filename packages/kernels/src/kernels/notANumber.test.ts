import { afterAll, describe, expect, it } from 'vitest';
import { loadVariants, openDevice } from '../index.ts';
import type { GpuArray } from '../index.ts';
import { readFloats, staleOutput, uploadFloats } from '../testing/arrays.ts';
import { normalNumbers } from '../testing/numbers.ts';
import { attention, attentionBackward } from './attention/index.ts';
import { binaryCrossEntropyWithLogits } from './binaryCrossEntropy/index.ts';
import { classLoss, classLossBackward } from './classLoss/index.ts';
import { crossEntropy } from './crossEntropy/index.ts';
import { layerNorm } from './layerNorm/index.ts';
import { reduce, reduceBackward } from './reduce/index.ts';
import { softmax, softmaxBackward } from './softmax/index.ts';

// What goes through exp, log, pow, max and min of WGSL, which may lose NaN: gelu, tanh and the
// families of unary and binary hold it in their own tests.
const gpu = await openDevice();
await loadVariants();
afterAll(() => gpu.destroy());

/** The NaN stands in the second of three rows. */
const [rows, columns, bad, place] = [3, 48, 1, 41];
const count = rows * columns;

/** An array that must hold NaN from one element to another, and nowhere else. */
interface Result {
  readonly array: GpuArray;
  readonly length: number;
  readonly from: number;
  readonly to: number;
}

const output = (length: number) => staleOutput(gpu, length, 'f32', 'output');
const numbers = (length: number) => uploadFloats(gpu, normalNumbers(length, 2), 'f32', 'numbers');
const labels = () => gpu.upload(Int32Array.of(0, 1, 2), 'i32', 'labels');
const ofRow = (array: GpuArray, width: number): Result => ({
  array,
  length: rows * width,
  from: bad * width,
  to: (bad + 1) * width,
});
const ofElement = (array: GpuArray): Result => {
  const from = bad * columns + place;
  return { array, length: count, from, to: from + 1 };
};

/** Standard normal numbers with one NaN. */
function withNan(length = count, at = bad * columns + place): GpuArray {
  const values = normalNumbers(length, 1);
  values[at] = NaN;
  return uploadFloats(gpu, values, 'f32', 'input');
}

async function expectNan(results: Readonly<Record<string, Result>>) {
  for (const [name, { array, length, from, to }] of Object.entries(results)) {
    const values = [...(await readFloats(gpu, array, length))];
    const expected = values.map((value, index) => (index >= from && index < to ? NaN : value));
    expect(values, name).toEqual(expected);
    expect(values.filter(Number.isNaN).length, name).toBe(to - from);
  }
}

describe('a NaN that goes in comes out as NaN', () => {
  const variants = ['thread', 'workgroup'] as const;
  const forwardVariants = gpu.profile.subgroupSize > 0 ? ([...variants, 'subgroup'] as const) : variants;

  describe.each([false, true])('softmax, logarithmic %s', (log) => {
    it.each(forwardVariants)('by %s', async (variant) => {
      const result = output(count);
      softmax(gpu, { input: withNan(), output: result, rows, columns, log, variant });
      await expectNan({ result: ofRow(result, columns) });
    });

    it.each(variants)('backward by %s', async (variant) => {
      const [ofOutput, ofGradient] = [output(count), output(count)];
      const shape = { rows, columns, log, variant };
      softmaxBackward(gpu, { gradOutput: numbers(count), output: withNan(), gradInput: ofOutput, ...shape });
      softmaxBackward(gpu, { gradOutput: withNan(), output: numbers(count), gradInput: ofGradient, ...shape });
      const results = { ofOutput: ofRow(ofOutput, columns), ofGradient: ofRow(ofGradient, columns) };
      // The sum of the gradients does not read the logarithms.
      await expectNan(log ? { ...results, ofOutput: ofElement(ofOutput) } : results);
    });
  });

  it.each(variants)('crossEntropy by %s', async (variant) => {
    const [loss, gradLogits] = [output(1), output(count)];
    const arrays = { logits: withNan(), labels: labels(), loss, gradLogits };
    crossEntropy(gpu, { ...arrays, rows, classes: columns, weight: 1, variant });
    await expectNan({ gradLogits: ofRow(gradLogits, columns), loss: { array: loss, length: 1, from: 0, to: 1 } });
  });

  describe.each(['labels', 'probabilities'] as const)('classLoss of %s', (kind) => {
    it.each([1, 64] as const)('%s threads a row', async (lanes) => {
      const target = kind === 'labels' ? labels() : numbers(count);
      const shape = { input: withNan(), target, isLogits: true, outer: rows, classes: columns, inner: 1 };
      const [losses, facts, gradient, slope] = [output(rows), output(4 * rows), output(count), output(count)];
      classLoss(gpu, { ...shape, losses, facts, lanes });
      const gradOutput = numbers(rows);
      classLossBackward(gpu, { ...shape, facts, gradOutput, gradient });
      await expectNan({ losses: ofRow(losses, 1), gradient: ofRow(gradient, columns) });
      if (kind === 'labels') return;
      classLossBackward(gpu, { ...shape, facts, gradOutput, gradient: slope, ofProbabilities: true });
      await expectNan({ slope: ofRow(slope, columns) });
    });
  });

  it.each(['logits', 'targets'] as const)('binaryCrossEntropyWithLogits of %s', async (which) => {
    const [loss, gradLogits] = [output(1), output(count)];
    const inputs = { logits: numbers(count), targets: numbers(count), [which]: withNan() };
    binaryCrossEntropyWithLogits(gpu, { ...inputs, loss, gradLogits, length: count, weight: 1 });
    await expectNan({ gradLogits: ofElement(gradLogits), loss: { array: loss, length: 1, from: 0, to: 1 } });
  });

  it.each(['rowPerInvocation', 'workgroupPerRow'] as const)('layerNorm, %s', async (variant) => {
    const arrays = { output: output(count), mean: output(rows), reciprocalStd: output(rows) };
    const [weight, bias] = [numbers(columns), numbers(columns)];
    layerNorm(gpu, { input: withNan(), weight, bias, ...arrays, rows, columns, epsilon: 1e-12, variant });
    await expectNan({ output: ofRow(arrays.output, columns), mean: ofRow(arrays.mean, 1) });
  });

  describe('reduce', () => {
    const shape = { outer: rows, length: columns, inner: 1 };

    it.each(['sum', 'product', 'maximum', 'minimum', 'absoluteMaximum', 'euclidean'] as const)('%s', async (member) => {
      const result = output(rows);
      reduce(gpu, { member, input: withNan(), output: result, ...shape });
      await expectNan({ result: ofRow(result, 1) });
    });

    it.each([3, 0.5, -1])('powers, %s', async (power) => {
      const [norm, gradInput, input] = [output(rows), output(count), withNan()];
      reduce(gpu, { member: 'powers', input, output: norm, power, ...shape });
      const gradOutput = numbers(rows);
      reduceBackward(gpu, { member: 'powers', gradOutput, input, gradInput, first: norm, power, ...shape });
      await expectNan({ norm: ofRow(norm, 1), gradInput: ofRow(gradInput, columns) });
    });

    it('logSumExp', async () => {
      const [largest, logSum, gradInput, input] = [output(rows), output(rows), output(count), withNan()];
      reduce(gpu, { member: 'maximum', input, output: largest, ...shape });
      reduce(gpu, { member: 'logSumExp', input, center: largest, output: logSum, ...shape });
      const gradOutput = numbers(rows);
      reduceBackward(gpu, { member: 'logSumExp', gradOutput, input, gradInput, first: logSum, ...shape });
      await expectNan({ logSum: ofRow(logSum, 1), gradInput: ofRow(gradInput, columns) });
    });
  });
});

describe('a NaN that goes into attention comes out as NaN', () => {
  const variants = (['byRow', 'bySubgroup', 'flash', 'padded', 'tiled'] as const).filter(
    (variant) => variant !== 'bySubgroup' || gpu.profile.subgroupSize === 8,
  );
  // Three sequences; the NaN stands in the 34th token of the second.
  const [tokens, headSize, token] = [40, 16, 33];
  const totalTokens = rows * tokens;
  const matrix = totalTokens * headSize;
  const sequence = (array: GpuArray, width: number) => ofRow(array, tokens * width);
  const ofToken = (array: GpuArray, width: number): Result => {
    const from = (tokens + token) * width;
    return { array, length: totalTokens * width, from, to: from + width };
  };

  function run(variant: (typeof variants)[number], which: 'query' | 'key') {
    const matrices = { query: numbers(matrix), key: numbers(matrix), value: numbers(matrix) };
    const arrays = {
      ...matrices,
      [which]: withNan(matrix, (tokens + token) * headSize + 7),
      cuSeqlens: gpu.upload(Uint32Array.of(0, tokens, 2 * tokens, 3 * tokens), 'u32', 'cuSeqlens'),
      output: output(matrix),
      logSumExp: output(totalTokens),
    };
    const shape = { totalTokens, numSequences: rows, maxSeqlen: tokens, numHeads: 1, headSize, variant };
    attention(gpu, { ...shape, ...arrays });
    const gradients = { gradQuery: output(matrix), gradKey: output(matrix), gradValue: output(matrix) };
    attentionBackward(gpu, { ...shape, ...arrays, gradOutput: numbers(matrix), ...gradients });
    return { ...arrays, ...gradients };
  }

  it.each(variants)('of a key: in all of its sequence, %s', async (variant) => {
    const { output: result, logSumExp, gradQuery, gradKey, gradValue } = run(variant, 'key');
    const matrices = { result, gradQuery, gradKey, gradValue };
    await expectNan({
      logSumExp: sequence(logSumExp, 1),
      ...Object.fromEntries(Object.entries(matrices).map(([name, array]) => [name, sequence(array, headSize)])),
    });
  });

  it.each(variants)('of a query: in its row, and what goes back to its keys and values, %s', async (variant) => {
    const { output: result, logSumExp, gradQuery, gradKey, gradValue } = run(variant, 'query');
    await expectNan({
      logSumExp: ofToken(logSumExp, 1),
      result: ofToken(result, headSize),
      gradQuery: ofToken(gradQuery, headSize),
      gradKey: sequence(gradKey, headSize),
      gradValue: sequence(gradValue, headSize),
    });
  });
});
