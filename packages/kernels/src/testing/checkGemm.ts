import { expect } from 'vitest';
import { gemm } from '../index.ts';
import type { Gpu } from '../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from './arrays.ts';
import type { FloatType } from './arrays.ts';
import { expectClose } from './expectClose.ts';
import { normalNumbers } from './numbers.ts';
import type { GemmLayout, GemmOptions, GemmVariant } from '../kernels/gemm/index.ts';
import { columnSumReference } from '../kernels/columnSum/reference.ts';
import { geluReference } from '../kernels/gelu/reference.ts';
import { gemmReference } from '../kernels/gemm/reference.ts';

/**
 * m, n, k: each of 1, 3, 17, 63, 65, 129 in each place. All odd: read and stored as single
 * elements.
 */
export const oddShapes = [
  [1, 1, 1],
  [3, 17, 63],
  [17, 63, 3],
  [63, 3, 17],
  [65, 129, 1],
  [129, 1, 65],
  [1, 65, 129],
] as const;
/** These, and multiples of 4, tall and flat ones, 512 tokens. */
export const gemmShapes = [
  ...oddShapes,
  [1, 128, 128],
  [8, 128, 64],
  [8, 2, 128],
  [2, 128, 8],
  [64, 64, 16],
  [20, 36, 12],
  [68, 12, 129],
  [5, 12, 64],
  [512, 4, 8],
  [4, 512, 8],
  [3, 4, 512],
  [512, 2, 3],
] as const;
/** Without products, or without results. */
export const emptyShapes = [
  [0, 5, 3],
  [5, 0, 3],
  [4, 4, 0],
  [3, 5, 0],
] as const;

/**
 * Half the error of a sum of k products grows with the root of k; a worst case of k never happens.
 * The rest is the epilogue.
 */
const roundingsOf = (k: number) => 12 + 4 * Math.sqrt(k);

export interface GemmCase extends Partial<
  Pick<GemmOptions, 'alpha' | 'accumulate' | 'activation' | 'batch' | 'splits' | 'tile' | 'packing'>
> {
  readonly shape: readonly [number, number, number];
  readonly layout: GemmLayout;
  readonly variant?: GemmVariant;
  readonly type?: FloatType;
  readonly outputType?: FloatType;
  readonly withBias?: boolean;
  readonly keepPreActivation?: boolean;
  readonly replacesPreActivation?: boolean;
  /** The sums of the columns of a, replaced or added. */
  readonly withColumnSums?: 'replaced' | 'added';
  readonly magnitudeA?: number;
  readonly magnitudeB?: number;
}

/** The inputs of a case, as its reference takes them. */
function prepare({ shape, type = 'f32', outputType = type, batch, magnitudeA, magnitudeB }: GemmCase) {
  const [m, n, k] = shape;
  const elements = (stride: number, size: number) => (batch ? (batch.count - 1) * stride + size : size);
  const numbers = (length: number, seed: number, deviation = 1) =>
    rounded(normalNumbers(length, seed, { deviation }), type);
  const results = elements(batch?.strideOutput ?? 0, m * n);
  return {
    a: numbers(elements(batch?.strideA ?? 0, m * k), 1, magnitudeA),
    b: numbers(elements(batch?.strideB ?? 0, k * n), 2, magnitudeB),
    bias: rounded(normalNumbers(n, 3), 'f32'),
    before: rounded(normalNumbers(results, 6), outputType),
    added: rounded(normalNumbers(results, 4), outputType),
    columnSums: normalNumbers(m, 5),
  };
}

type Values = ReturnType<typeof prepare>;

/** Records the product of a case. @returns its arrays, which the caller releases */
function record(gpu: Gpu, given: GemmCase, values: Values) {
  const { shape, type = 'f32', outputType = type, withBias, keepPreActivation, withColumnSums, ...options } = given;
  const { magnitudeA: _, magnitudeB: __, ...rest } = options;
  const isBackward = options.activation === 'geluBackward';
  const [m, n, k] = shape;
  /** An array that a kernel reads or adds to holds numbers; one that it replaces is stale. */
  const written = (label: string, numbers: ArrayLike<number>, isRead: boolean, of: FloatType) =>
    isRead ? uploadFloats(gpu, numbers, of, label) : staleOutput(gpu, numbers.length, of, label);
  const arrays = {
    a: uploadFloats(gpu, values.a, type, 'a'),
    b: uploadFloats(gpu, values.b, type, 'b'),
    bias: uploadFloats(gpu, values.bias, 'f32', 'bias'),
    output: written('output', values.added, options.accumulate === true, outputType),
    preActivation: written('preActivation', values.before, isBackward, outputType),
    columnSums: written('columnSums', values.columnSums, withColumnSums === 'added', 'f32'),
  };
  const { a, b, output, bias, preActivation } = arrays;
  const columnSums = { output: arrays.columnSums, accumulate: withColumnSums === 'added' };
  gemm(gpu, {
    ...rest,
    a,
    b,
    output,
    m,
    n,
    k,
    ...(withBias && { bias }),
    ...((keepPreActivation || isBackward) && { preActivation }),
    ...(withColumnSums && { columnSums }),
  });
  return arrays;
}

function referenceOf({ shape, layout, batch, alpha, activation, withBias, accumulate }: GemmCase, values: Values) {
  const { a, b, bias, before, added } = values;
  const [m, n, k] = shape;
  const common = { a, b, m, n, k, layout, batch, alpha, activation, preActivation: before };
  return gemmReference({ ...common, ...(withBias && { bias }), ...(accumulate && { added }) });
}

/**
 * Runs one product and compares it with the float64 reference, and checks that everything around it
 * is untouched.
 */
export async function checkGemm(gpu: Gpu, given: GemmCase): Promise<void> {
  const { shape, layout, variant, type = 'f32', outputType = type, keepPreActivation, withColumnSums } = given;
  const k = shape[2];
  const what = `${layout} ${shape.join(' x ')} ${variant}`;
  const values = prepare(given);
  const arrays = record(gpu, given, values);
  const expected = referenceOf(given, values);
  const written = await readFloats(gpu, arrays.output, arrays.output.length);
  const { length } = values.added;
  const isGap = (index: number) => index >= length || Number.isNaN(expected.output[index]);
  expect(
    written.filter((_, index) => isGap(index)).every(Number.isNaN),
    `${what}: nothing written between matrices and behind the end`,
  ).toBe(true);
  const results = (whole: Float32Array | Float64Array) => Array.from(whole).filter((_, index) => !isGap(index));
  const bound = {
    type: outputType,
    roundings: roundingsOf(k),
    magnitude: results(expected.magnitude),
    terms: Math.max(1, k),
  };
  expectClose(results(written), results(expected.output), bound, what);
  if (keepPreActivation) {
    const before = await readFloats(gpu, arrays.preActivation, length);
    expectClose(results(before), results(expected.preActivation), bound, `${what} before activation`);
  }
  if (given.activation === 'geluBackward') {
    const after = await readFloats(gpu, arrays.preActivation, length);
    const left = given.replacesPreActivation ? geluReference(values.before) : Float64Array.from(values.before);
    const magnitude = results(values.before.map(Math.abs));
    expectClose(results(after), results(left), { type: outputType, roundings: 12, magnitude }, `${what} left`);
  }
  if (withColumnSums)
    expectColumnSums(await readFloats(gpu, arrays.columnSums, arrays.columnSums.length), given, values);
  for (const array of Object.values(arrays)) gpu.release(array);
}

/** The sums of the columns of a, and nothing behind them. */
function expectColumnSums(sums: Float32Array, { shape, layout, withColumnSums }: GemmCase, values: Values): void {
  const [m, , k] = shape;
  const what = `${layout} ${shape.join(' x ')}`;
  const before = withColumnSums === 'added' ? values.columnSums : new Float32Array(m);
  const sumsOf = (terms: Float64Array) =>
    columnSumReference(terms, k, m).map((sum, column) => sum + (before[column] as number));
  const magnitude = sumsOf(values.a.map(Math.abs)).map((sum) => Math.abs(sum) + 4);
  const bound = { roundings: roundingsOf(k), magnitude };
  expectClose(sums.subarray(0, m), sumsOf(values.a), bound, `${what}, sums of a`);
  expect(sums.subarray(m).every(Number.isNaN), `${what}: nothing written behind the sums`).toBe(true);
}
