import { expect } from 'vitest';
import { gemm } from '../index.ts';
import type { Gpu, GpuArray } from '../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from './arrays.ts';
import type { FloatType } from './arrays.ts';
import { expectClose } from './expectClose.ts';
import { normalNumbers } from './numbers.ts';
import type { GemmLayout, GemmOptions, GemmVariant } from '../kernels/gemm/index.ts';
import { columnSumReference } from '../kernels/columnSum/reference.ts';
import { gemmReference } from '../kernels/gemm/reference.ts';

/**
 * m, n, k: each of 1, 3, 17, 63, 65, 129 in each place. Odd everywhere: read and stored one by one.
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
/** These, multiples of 4 and not, tall and flat, 512 tokens. */
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
  /** The sums of the columns of a, replaced or added. */
  readonly withColumnSums?: 'replaced' | 'added';
  readonly magnitudeA?: number;
  readonly magnitudeB?: number;
}

/**
 * Runs one product and compares it, with all that must stay untouched around it, with the float64
 * reference.
 */
export async function checkGemm(
  gpu: Gpu,
  {
    shape,
    layout,
    variant,
    type = 'f32',
    outputType = type,
    withBias,
    keepPreActivation,
    withColumnSums,
    magnitudeA,
    magnitudeB,
    ...options
  }: GemmCase,
): Promise<void> {
  const [m, n, k] = shape;
  const { batch, accumulate, alpha, activation } = options;
  const elements = (stride: number, size: number) => (batch ? (batch.count - 1) * stride + size : size);
  const numbers = (length: number, seed: number, deviation = 1) =>
    rounded(normalNumbers(length, seed, { deviation }), type);
  const values = {
    a: numbers(elements(batch?.strideA ?? 0, m * k), 1, magnitudeA),
    b: numbers(elements(batch?.strideB ?? 0, k * n), 2, magnitudeB),
    bias: rounded(normalNumbers(n, 3), 'f32'),
    before: rounded(normalNumbers(elements(batch?.strideOutput ?? 0, m * n), 6), outputType),
    added: rounded(normalNumbers(elements(batch?.strideOutput ?? 0, m * n), 4), outputType),
  };
  const columnsBefore = normalNumbers(m, 5);
  const arrays: Record<'a' | 'b' | 'bias' | 'output' | 'preActivation' | 'columnSums', GpuArray> = {
    a: uploadFloats(gpu, values.a, type, 'a'),
    b: uploadFloats(gpu, values.b, type, 'b'),
    bias: uploadFloats(gpu, values.bias, 'f32', 'bias'),
    output: accumulate
      ? uploadFloats(gpu, values.added, outputType, 'output')
      : staleOutput(gpu, values.added.length, outputType, 'output'),
    preActivation:
      activation === 'geluBackward'
        ? uploadFloats(gpu, values.before, outputType, 'preActivation')
        : staleOutput(gpu, values.added.length, outputType, 'preActivation'),
    columnSums:
      withColumnSums === 'added'
        ? uploadFloats(gpu, columnsBefore, 'f32', 'columnSums')
        : staleOutput(gpu, m, 'f32', 'columnSums'),
  };
  const { a, b, output } = arrays;
  gemm(gpu, {
    a,
    b,
    output,
    m,
    n,
    k,
    layout,
    variant,
    ...options,
    ...(withBias && { bias: arrays.bias }),
    ...((keepPreActivation || activation === 'geluBackward') && { preActivation: arrays.preActivation }),
    ...(withColumnSums && {
      columnSums: { output: arrays.columnSums, accumulate: withColumnSums === 'added' },
    }),
  });
  const expected = gemmReference({
    a: values.a,
    b: values.b,
    m,
    n,
    k,
    layout,
    batch,
    alpha,
    activation,
    preActivation: values.before,
    ...(withBias && { bias: values.bias }),
    ...(accumulate && { added: values.added }),
  });
  const what = `${layout} ${shape.join(' x ')} ${variant}`;
  const written = await readFloats(gpu, output, output.length);
  const length = values.added.length;
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
  if (keepPreActivation)
    expectClose(
      results(await readFloats(gpu, arrays.preActivation, length)),
      results(expected.preActivation),
      bound,
      `${what} before activation`,
    );
  if (withColumnSums) {
    const before = withColumnSums === 'added' ? columnsBefore : columnsBefore.fill(0);
    const sumsOf = (terms: Float64Array) =>
      columnSumReference(terms, k, m).map((sum, column) => sum + (before[column] as number));
    const sums = await readFloats(gpu, arrays.columnSums, arrays.columnSums.length);
    const magnitude = sumsOf(values.a.map(Math.abs)).map((sum) => Math.abs(sum) + 4);
    expectClose(sums.subarray(0, m), sumsOf(values.a), { roundings: roundingsOf(k), magnitude }, `${what}, sums of a`);
    expect(sums.subarray(m).every(Number.isNaN), `${what}: nothing written behind the sums`).toBe(true);
  }
  for (const array of Object.values(arrays)) gpu.release(array);
}
