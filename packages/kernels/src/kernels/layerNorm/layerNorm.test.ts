import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { DropoutOptions, Gpu, GpuArray } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats, uploadIndices } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { expectGradient } from '../../testing/expectGradient.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { layerNorm, layerNormBackward, LayerNormSums } from './index.ts';
import type { LayerNormVariant } from './index.ts';
import { layerNormBackwardReference, layerNormReference } from './reference.ts';

const variants: LayerNormVariant[] = ['rowPerInvocation', 'workgroupPerRow'];
type Gradients = Readonly<Record<'gradWeight' | 'gradBias', GpuArray>>;

const epsilon = 1e-12;
const shapes = [
  { rows: 1, columns: 1 },
  { rows: 1, columns: 3 },
  { rows: 3, columns: 17 },
  { rows: 17, columns: 63 },
  { rows: 63, columns: 65 },
  { rows: 65, columns: 129 },
  { rows: 129, columns: 64 },
  { rows: 512, columns: 128 },
  { rows: 1, columns: 768 },
  { rows: 1100, columns: 12 },
  { rows: 3, columns: 1100 },
  { rows: 5, columns: 1029 },
  { rows: 2, columns: 2052 },
];
const [seed, update] = [5, 2];
const site = { probability: 0.25, site: 9 };
const keysOf = (rows: number) => Uint32Array.from({ length: rows }, (_, row) => row * 65537);

interface Case {
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
function prepare({
  rows,
  columns,
  type = 'f32',
  residual,
  dropout,
  mean = 0,
  deviation = 1,
  start = { columns: 0, offset: 0 },
}: Case) {
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

/** Runs forward and backward on the GPU. */
async function run(gpu: Gpu, given: Case, accumulate = false) {
  const { rows, columns, variant, type = 'f32' } = given;
  const data = prepare(given);
  const size = rows * columns;
  const arrays = gpu.scope(() => {
    const dropout: DropoutOptions | undefined = given.dropout
      ? {
          ...site,
          random: {
            state: gpu.upload(Uint32Array.of(seed, update, 0, 0), 'u32', 'state'),
            tokenKeys: uploadIndices(gpu, keysOf(rows), 'keys'),
          },
        }
      : undefined;
    const input = uploadFloats(gpu, data.input, type, 'input');
    const residual = data.added && uploadFloats(gpu, data.added, type, 'residual');
    const weight = uploadFloats(gpu, data.weight, type, 'weight');
    const bias = uploadFloats(gpu, data.bias, type, 'bias');
    const output = staleOutput(gpu, size, type, 'output');
    const sum = residual || dropout ? staleOutput(gpu, size, 'f32', 'sum') : undefined;
    const mean = staleOutput(gpu, rows, 'f32', 'mean');
    const reciprocalStd = staleOutput(gpu, rows, 'f32', 'reciprocalStd');
    layerNorm(gpu, {
      input,
      residual,
      dropout,
      weight,
      bias,
      output,
      sum,
      mean,
      reciprocalStd,
      rows,
      columns,
      epsilon,
      variant,
    });
    const gradOutput = uploadFloats(gpu, data.gradOutput, type, 'gradOutput');
    const gradSum = staleOutput(gpu, size, 'f32', 'gradSum');
    const gradInput = dropout ? staleOutput(gpu, size, type, 'gradInput') : undefined;
    const initial = new Float32Array(columns).fill(accumulate ? 10 : NaN);
    const gradWeight = uploadFloats(gpu, initial, 'f32', 'gradWeight');
    const gradBias = uploadFloats(gpu, initial, 'f32', 'gradBias');
    const saved = { sum: sum ?? input, mean, reciprocalStd, weight };
    layerNormBackward(gpu, {
      gradOutput,
      ...saved,
      gradSum,
      gradInput,
      dropout,
      gradWeight,
      gradBias,
      accumulate,
      rows,
      columns,
      variant,
    });
    const results = {
      output,
      sum: sum ?? input,
      mean,
      reciprocalStd,
      gradSum,
      gradInput: gradInput ?? gradSum,
      gradWeight,
      gradBias,
    };
    for (const array of Object.values(results)) gpu.retain(array);
    return results;
  });
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
function expectRight(
  { rows, columns, type = 'f32', mean: offset = 0, deviation = 1, start }: Case,
  { forward, backward, results, gradOutput, weight }: Awaited<ReturnType<typeof run>>,
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

describe('layerNorm', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  for (const variant of variants) {
    describe(variant, () => {
      for (const type of ['f32', 'f16'] as const) {
        it.each(shapes)(
          `equals the reference over $rows rows of $columns in ${type}, plain and with residual and dropout`,
          async ({ rows, columns }) => {
            for (const options of [{}, { residual: true }, { dropout: true }, { residual: true, dropout: true }]) {
              const given: Case = { rows, columns, variant, type, ...options };
              // A row of one column has no variance: everything is the rounding of 0 * 1e6, which
              // says nothing.
              const result = await run(gpu, given);
              if (columns > 1) expectRight(given, result);
              else
                expect([...result.results.output]).toEqual(
                  [...result.forward.output].map((value) => expect.closeTo(value, 2)),
                );
            }
          },
        );
      }

      it.each([1e4, -1e4])('keeps its digits around a mean of %f', async (mean) => {
        const given: Case = { rows: 17, columns: 768, variant, mean };
        expectRight(given, await run(gpu, given));
      });

      it.each([1, 96, 100])(
        'keeps its digits where the first %i columns are unlike the others',
        async (startColumns) => {
          for (const residual of [false, true]) {
            const given: Case = {
              rows: 17,
              columns: 768,
              variant,
              residual,
              start: { columns: startColumns, offset: 1e5 },
            };
            expectRight(given, await run(gpu, given));
          }
        },
      );

      it('takes values of 1e15 and of 1e-15', async () => {
        for (const deviation of [1e15, 1e-3]) {
          const given: Case = { rows: 5, columns: 65, variant, residual: true, deviation };
          expectRight(given, await run(gpu, given));
        }
      });

      it('adds to gradients when asked to', async () => {
        const given: Case = { rows: 65, columns: 20, variant };
        expectRight(given, await run(gpu, given, true), 10);
      });

      it('drops exactly what the reference drops', async () => {
        const given: Case = { rows: 65, columns: 36, variant, dropout: true };
        const { results, forward, backward } = await run(gpu, given);
        expect(results.sum.map((value) => (value === 0 ? 1 : 0))).toEqual(
          Float32Array.from(forward.sum, (value) => (value === 0 ? 1 : 0)),
        );
        expect(results.gradInput.map((value) => (value === 0 ? 1 : 0))).toEqual(
          Float32Array.from(backward.gradInput, (value) => (value === 0 ? 1 : 0)),
        );
      });
    });
  }

  it('gives the same in two dispatches, where an adapter binds few arrays', async () => {
    const narrowDevice = await openDevice({ limits: { maxStorageBuffersPerShaderStage: 8 } });
    for (const variant of variants) {
      const given: Case = { rows: 17, columns: 20, variant, dropout: true, residual: true };
      expectRight(given, await run(narrowDevice, given));
    }
    narrowDevice.destroy();
  });

  it('sums the parameters of several at once, as one by one', async () => {
    const [rows, columns, norms] = [37, 64, 11];
    const lengths = Array.from({ length: 2 * norms }, () => columns);
    const targets = [false, true].map(() => gpu.allocateContiguous('f32', lengths, 'gradients'));
    const matrix = (number: number) => uploadFloats(gpu, normalNumbers(rows * columns, number), 'f32', 'matrix');
    const ones = uploadFloats(gpu, new Float32Array(columns).fill(1), 'f32', 'weight');
    const [mean, reciprocalStd] = [4, 5].map((number) =>
      uploadFloats(gpu, normalNumbers(rows, number), 'f32', 'rows'),
    ) as [GpuArray, GpuArray];
    const gradSum = gpu.allocate('f32', rows * columns, 'gradSum');
    const dispatches: number[] = [];
    for (const [number, gradients] of targets.entries()) {
      const sums = number === 0 ? undefined : new LayerNormSums(gpu);
      const before = gpu.statistics.dispatches;
      for (let norm = 0; norm < norms; norm++) {
        layerNormBackward(gpu, {
          gradOutput: matrix(norm),
          sum: matrix(100 + norm),
          mean,
          reciprocalStd,
          weight: ones,
          gradSum,
          gradWeight: gradients[2 * norm] as GpuArray,
          gradBias: gradients[2 * norm + 1] as GpuArray,
          rows,
          columns,
          accumulate: true,
          variant: 'workgroupPerRow',
          sums,
        });
      }
      sums?.flush();
      dispatches.push(gpu.statistics.dispatches - before);
    }
    expect(dispatches).toEqual([2 * norms, norms + 2]);
    for (let place = 0; place < 2 * norms; place++) {
      const [alone, together] = await Promise.all(
        targets.map((gradients) => readFloats(gpu, gradients[place] as GpuArray, columns)),
      );
      expect(together).toEqual(alone);
    }
  });

  it('sums each into its own, where they cannot be summed at once', async () => {
    const [rows, columns] = [9, 12];
    const gradOutput = uploadFloats(gpu, normalNumbers(rows * columns, 1), 'f32', 'gradOutput');
    const sum = uploadFloats(gpu, normalNumbers(rows * columns, 2), 'f32', 'sum');
    const row = uploadFloats(gpu, new Float32Array(rows).fill(1), 'f32', 'row');
    const weight = uploadFloats(gpu, new Float32Array(columns).fill(1), 'f32', 'weight');
    const gradSum = gpu.allocate('f32', rows * columns, 'gradSum');
    const given = { gradOutput, sum, mean: row, reciprocalStd: row, weight, gradSum, rows, columns } as const;
    const variant = 'workgroupPerRow';
    const [once, twice, other] = [1, 2, 3].map((number) => {
      const [joined] = gpu.allocateContiguous('f32', [128], 'gradients') as [GpuArray];
      const gradBias = number === 3 ? gpu.allocatePersistent('f32', columns, 'gradBias') : joined.view(64, columns);
      return { gradWeight: joined.view(0, columns), gradBias };
    }) as [Gradients, Gradients, Gradients];
    layerNormBackward(gpu, { ...given, ...once, variant });
    const sums = new LayerNormSums(gpu);
    for (const target of [twice, twice, other])
      layerNormBackward(gpu, { ...given, ...target, variant, sums, accumulate: true });
    sums.flush();
    const read = async ({ gradWeight, gradBias }: Gradients) => [
      ...(await readFloats(gpu, gradWeight, columns)),
      ...(await readFloats(gpu, gradBias, columns)),
    ];
    const expected = await read(once);
    expect(await read(other)).toEqual(expected);
    expect(await read(twice)).toEqual(expected.map((value) => 2 * value));
    expect(() => layerNormBackward(gpu, { ...given, ...once, variant, sums })).toThrow(/set accumulate/);
  });

  it('has gradients that are the slopes of its reference', () => {
    const given: Case = { rows: 3, columns: 7, variant: 'rowPerInvocation', residual: true, dropout: true };
    const { input, added, weight, bias, gradOutput, backward } = prepare(given);
    const dropout = { ...site, seed, update, tokenKeys: keysOf(3) };
    const loss = (changed: Partial<Record<'input' | 'residual' | 'weight' | 'bias', Float64Array>>) => {
      const { output } = layerNormReference({
        input,
        residual: added,
        dropout,
        weight,
        bias,
        rows: 3,
        columns: 7,
        epsilon,
        ...changed,
      });
      return output.reduce((total, value, index) => total + value * (gradOutput[index] as number), 0);
    };
    expectGradient((changed) => loss({ input: changed }), input, backward.gradInput);
    expectGradient((changed) => loss({ residual: changed }), added as Float64Array, backward.gradSum);
    expectGradient((changed) => loss({ weight: changed }), weight, backward.gradWeight);
    expectGradient((changed) => loss({ bias: changed }), bias, backward.gradBias);
  });

  it('names the kernel and the shapes when something does not fit', () => {
    const array = gpu.allocate('f32', 8, 'array');
    const small = gpu.allocate('f32', 2, 'small');
    const shape = { rows: 2, columns: 4 };
    expect(() =>
      layerNorm(gpu, {
        input: array,
        weight: small,
        bias: array,
        output: array,
        mean: small,
        reciprocalStd: small,
        ...shape,
        epsilon,
      }),
    ).toThrow(/layerNorm: weight \(small\) has 2 elements; \[columns 4\] needs 4/);
    const statistics = { mean: small, reciprocalStd: small };
    const gradients = { gradSum: gpu.allocate('f32', 8, 'gradSum'), gradWeight: array, gradBias: array };
    expect(() =>
      layerNormBackward(gpu, {
        gradOutput: array,
        sum: array,
        ...statistics,
        weight: array,
        ...gradients,
        gradInput: array,
        ...shape,
      }),
    ).toThrow(/gradInput and dropout come together/);
  });

  it('compiles in every variant', async () => {
    await compileOnNull(async (nullGpu) => {
      for (const variant of variants) {
        for (const type of ['f32', 'f16'] as const) {
          for (const columns of [7, 8]) {
            for (const parts of [{}, { residual: true }, { dropout: true }, { residual: true, dropout: true }])
              await run(nullGpu, { rows: 4, columns, variant, type, ...parts });
          }
        }
      }
    });
  });
});
