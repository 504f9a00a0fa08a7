import { layerNorm, layerNormBackward } from '../index.ts';
import type { Gpu } from '../index.ts';
import type { LayerNormVariant } from '../kernels/layerNorm/index.ts';
import { layerNormBackwardReference, layerNormReference } from '../kernels/layerNorm/reference.ts';
import { readFloats, rounded, staleOutput, uploadFloats, uploadIndices } from './arrays.ts';
import type { FloatType } from './arrays.ts';
import { expectClose } from './expectClose.ts';
import { normalNumbers } from './numbers.ts';

/** Added to variances. */
export const epsilon = 1e-12;
/** Of the dropout. */
export const [seed, update] = [5, 2];
export const site = { probability: 0.25, site: 9 };
export const keysOf = (rows: number) => Uint32Array.from({ length: rows }, (_, row) => row * 65537);

/** One call of layer norm and its backward. */
export interface LayerNormCase {
  readonly rows: number;
  readonly columns: number;
  readonly variant: LayerNormVariant;
  readonly type?: FloatType;
  readonly residual?: boolean;
  readonly dropout?: boolean;
  readonly mean?: number;
  readonly deviation?: number;
  /** The first columns of each row are larger than the others. */
  readonly start?: { readonly columns: number; readonly offset: number };
}

/** Inputs, gradients and the reference's answers of one case. */
export function prepareLayerNorm({
  rows,
  columns,
  type = 'f32',
  residual,
  dropout,
  mean = 0,
  deviation = 1,
  start = { columns: 0, offset: 0 },
}: LayerNormCase) {
  const drawn = normalNumbers(rows * columns, 1, { mean, deviation });
  const input = rounded(
    drawn.map((value, index) => (index % columns < start.columns ? value + start.offset : value)),
    type,
  );
  const added = residual ? rounded(normalNumbers(rows * columns, 2, { deviation }), type) : undefined;
  const weight = rounded(normalNumbers(columns, 3, { mean: 1, deviation: 0.1 }), type);
  const bias = rounded(normalNumbers(columns, 4), type);
  const gradOutput = rounded(normalNumbers(rows * columns, 5), type);
  const rowDropout = dropout ? { ...site, seed, update, tokenKeys: keysOf(rows) } : undefined;
  const forward = layerNormReference({
    input,
    residual: added,
    dropout: rowDropout,
    weight,
    bias,
    rows,
    columns,
    epsilon,
  });
  const backward = layerNormBackwardReference({ gradOutput, ...forward, weight, dropout: rowDropout, rows, columns });
  return { input, added, weight, bias, gradOutput, forward, backward };
}

/** Records forward and backward. @returns their results, which the caller releases */
function record(gpu: Gpu, given: LayerNormCase, data: ReturnType<typeof prepareLayerNorm>, accumulate: boolean) {
  const { rows, columns, variant, type = 'f32' } = given;
  const size = rows * columns;
  return gpu.scope(() => {
    const state = gpu.upload(Uint32Array.of(seed, update, 0, 0), 'u32', 'state');
    const random = { state, tokenKeys: uploadIndices(gpu, keysOf(rows), 'keys') };
    const dropout = given.dropout ? { ...site, random } : undefined;
    const input = uploadFloats(gpu, data.input, type, 'input');
    const residual = data.added && uploadFloats(gpu, data.added, type, 'residual');
    const weight = uploadFloats(gpu, data.weight, type, 'weight');
    const bias = uploadFloats(gpu, data.bias, type, 'bias');
    const output = staleOutput(gpu, size, type, 'output');
    const sum = residual || dropout ? staleOutput(gpu, size, 'f32', 'sum') : undefined;
    const statistics = {
      mean: staleOutput(gpu, rows, 'f32', 'mean'),
      reciprocalStd: staleOutput(gpu, rows, 'f32', 'reciprocalStd'),
    };
    const common = { weight, ...statistics, dropout, rows, columns, variant };
    layerNorm(gpu, { ...common, input, residual, bias, output, sum, epsilon });
    const gradOutput = uploadFloats(gpu, data.gradOutput, type, 'gradOutput');
    const gradSum = staleOutput(gpu, size, 'f32', 'gradSum');
    const gradInput = dropout ? staleOutput(gpu, size, type, 'gradInput') : undefined;
    const initial = new Float32Array(columns).fill(accumulate ? 10 : NaN);
    const gradients = {
      gradWeight: uploadFloats(gpu, initial, 'f32', 'gradWeight'),
      gradBias: uploadFloats(gpu, initial, 'f32', 'gradBias'),
    };
    layerNormBackward(gpu, {
      ...common,
      gradOutput,
      sum: sum ?? input,
      gradSum,
      gradInput,
      ...gradients,
      accumulate,
    });
    const matrices = { output, sum: sum ?? input, gradSum, gradInput: gradInput ?? gradSum };
    const results = { ...matrices, ...statistics, ...gradients };
    for (const array of Object.values(results)) gpu.retain(array);
    return results;
  });
}

/** Runs forward and backward on the GPU. */
export async function runLayerNorm(gpu: Gpu, given: LayerNormCase, accumulate = false) {
  const { rows, columns } = given;
  const data = prepareLayerNorm(given);
  const arrays = record(gpu, given, data, accumulate);
  const size = rows * columns;
  const lengths = {
    output: size,
    sum: size,
    mean: rows,
    reciprocalStd: rows,
    gradSum: size,
    gradInput: size,
    gradWeight: columns,
    gradBias: columns,
  };
  const results: Record<string, Float32Array> = {};
  for (const [name, array] of Object.entries(arrays))
    results[name] = await readFloats(gpu, array, lengths[name as keyof typeof lengths]);
  for (const array of new Set(Object.values(arrays))) gpu.release(array);
  return { ...data, results: results as Record<keyof typeof lengths, Float32Array> };
}

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * Roundings: the mean carries about sqrt(columns) roundings of its sum, relative to the values;
 * what is normalised inherits them times reciprocalStd.
 */
export function expectLayerNorm(
  { rows, columns, type = 'f32', mean: offset = 0, deviation = 1, start }: LayerNormCase,
  { forward, backward, results, gradOutput, weight }: Awaited<ReturnType<typeof runLayerNorm>>,
  initial = 0,
) {
  const size = Math.abs(offset) + 4 * deviation + (start?.offset ?? 0);
  const summing = 4 + Math.sqrt(columns);
  // An error of the mean or of one value, in units of the standard deviation: it is what the row's
  // scale makes of a rounding at the size of the values.
  const scale = largest(forward.reciprocalStd);
  const relative = 1 + size * scale;
  expectClose(
    results.sum,
    forward.sum,
    { type: results.sum === undefined ? type : 'f32', roundings: 2, magnitude: size },
    'sum',
  );
  expectClose(results.mean, forward.mean, { roundings: summing, magnitude: size }, 'mean');
  expectClose(
    results.reciprocalStd,
    forward.reciprocalStd,
    { roundings: summing + 4 * relative, magnitude: 0 },
    'reciprocalStd',
  );
  const normalised = largest(
    forward.output.map(
      (_, index) => ((forward.sum[index] as number) - (forward.mean[Math.floor(index / columns)] as number)) * scale,
    ),
  );
  expectClose(
    results.output,
    forward.output,
    { type, roundings: 2 * summing * relative, magnitude: largest(weight) * (1 + normalised) },
    'output',
  );
  const gradient = largest(gradOutput) * largest(weight) * scale * (1 + normalised) ** 2;
  expectClose(results.gradSum, backward.gradSum, { roundings: 2 * summing * relative, magnitude: gradient }, 'gradSum');
  expectClose(
    results.gradInput,
    backward.gradInput,
    { type, roundings: 2 * summing * relative, magnitude: 2 * gradient },
    'gradInput',
  );
  const rowsSummed = largest(gradOutput) * (1 + normalised) * Math.sqrt(rows);
  const total = (sums: Float64Array) => sums.map((value) => value + initial);
  expectClose(
    results.gradWeight,
    total(backward.gradWeight),
    { roundings: (4 + Math.sqrt(rows)) * relative, magnitude: rowsSummed + initial },
    'gradWeight',
  );
  expectClose(
    results.gradBias,
    total(backward.gradBias),
    { roundings: 4 + Math.sqrt(rows), magnitude: rowsSummed + initial },
    'gradBias',
  );
}
