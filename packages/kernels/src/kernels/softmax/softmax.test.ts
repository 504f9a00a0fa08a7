import { afterAll, describe, expect, it } from 'vitest';
import { openDevice, softmax, softmaxBackward } from '../../index.ts';
import type { Gpu, SoftmaxBackwardVariant, SoftmaxVariant } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import type { FloatType } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { expectGradient } from '../../testing/expectGradient.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { softmaxBackwardReference, softmaxReference } from './reference.ts';
import { vectorsPerLane } from './variants.ts';

const gpu = await openDevice();
afterAll(() => gpu.destroy());

const backwardVariants = ['thread', 'workgroup'] as const;
const variants: SoftmaxVariant[] =
  gpu.profile.subgroupSize > 0 ? [...backwardVariants, 'subgroup'] : [...backwardVariants];
const shapes = [1, 3, 17, 63, 65, 129].flatMap((size) => [
  { rows: size, columns: 17 },
  { rows: 5, columns: size },
]);
shapes.push({ rows: 1, columns: 512 }, { rows: 0, columns: 4 }, { rows: 3, columns: 0 }, { rows: 9, columns: 768 });
shapes.push({ rows: 2, columns: 1000 }, { rows: 2, columns: 3000 });

const fits = (variant: SoftmaxVariant, columns: number) =>
  variant !== 'subgroup' || vectorsPerLane(gpu, columns) !== null;

/** Additions that one value goes through at most: 64 in a part and one for each part. */
const depth = (columns: number) => Math.min(64, columns) + Math.ceil(columns / 64);

interface Case<Variant = SoftmaxVariant> {
  readonly rows: number;
  readonly columns: number;
  readonly variant: Variant;
  readonly log: boolean;
  readonly type?: FloatType;
  readonly magnitude?: number;
  /** What is added to the values of a column. */
  readonly offsetOf?: (column: number) => number;
}

async function checkForward({ rows, columns, variant, log, type = 'f32', magnitude = 1, offsetOf = () => 0 }: Case) {
  const normal = normalNumbers(rows * columns, rows + columns, { deviation: magnitude });
  const values = rounded(
    normal.map((value, index) => value + offsetOf(index % columns)),
    type,
  );
  const input = uploadFloats(gpu, values, type, 'input');
  const output = staleOutput(gpu, rows * columns, type, 'output');
  softmax(gpu, { input, output, rows, columns, log, variant });
  const actual = await readFloats(gpu, output, rows * columns);
  const expected = softmaxReference(values, rows, columns, log);
  const logarithms = softmaxReference(values, rows, columns, true);
  // WGSL allows exp(x) an error of 3 + 2 |x| units in the last place, and x itself is rounded; log
  // is off by 2^-21 near 1.
  const size = logarithms.map((value, index) =>
    log ? Math.abs(value) + Math.log(columns) + 1 : (expected[index] as number) * (1 + Math.abs(value)),
  );
  expectClose(actual, expected, { type, roundings: 12 + depth(columns), magnitude: size }, `${rows} x ${columns}`);
  gpu.release(input);
  gpu.release(output);
}

async function checkBackward({
  rows,
  columns,
  variant,
  log,
  type = 'f32',
  magnitude = 1,
}: Case<SoftmaxBackwardVariant>) {
  const forward = softmaxReference(normalNumbers(rows * columns, 1), rows, columns, log);
  const outputs = rounded(forward, type);
  const gradients = rounded(normalNumbers(rows * columns, 2, { deviation: magnitude }), type);
  const arrays = {
    gradOutput: uploadFloats(gpu, gradients, type, 'gradOutput'),
    output: uploadFloats(gpu, outputs, type, 'output'),
    gradInput: staleOutput(gpu, rows * columns, type, 'gradInput'),
  };
  softmaxBackward(gpu, { ...arrays, rows, columns, log, variant });
  const actual = await readFloats(gpu, arrays.gradInput, rows * columns);
  const expected = softmaxBackwardReference(gradients, outputs, rows, columns, log);
  const size = expected.map((_, index) => {
    const first = index - (index % columns);
    let sum = 0;
    for (let at = first; at < first + columns; at++)
      sum += Math.abs(gradients[at] as number) * (log ? 1 : (outputs[at] as number));
    const value = outputs[index] as number;
    const gradient = Math.abs(gradients[index] as number);
    return log ? gradient + Math.exp(value) * (1 + Math.abs(value)) * sum : value * (gradient + sum);
  });
  expectClose(actual, expected, { type, roundings: 8 + depth(columns), magnitude: size }, `${rows} x ${columns}`);
  for (const array of Object.values(arrays)) gpu.release(array);
}

for (const log of [false, true]) {
  const name = log ? 'log-softmax' : 'softmax';

  describe.each(variants)(`${name}, one row a %s`, (variant) => {
    it('equals the reference for every shape', async () => {
      for (const shape of shapes) if (fits(variant, shape.columns)) await checkForward({ ...shape, variant, log });
    });
    it('keeps large magnitudes', async () => {
      for (const magnitude of [30, 1e4, 1e30]) await checkForward({ rows: 17, columns: 65, variant, log, magnitude });
    });
    it.each(['f32', 'f16'] as const)('equals the reference where rows begin unlike the rest, in %s', async (type) => {
      for (const columns of [63, 128, 512]) {
        for (const difference of [-1000, -90, -9, -7, 7, 90, 1000]) {
          const offsetOf = (column: number) => (16 * column < columns ? difference : 0);
          await checkForward({ rows: 17, columns, variant, log, type, offsetOf });
        }
        // Rising to the end: every part holds what is too large for the one before.
        await checkForward({ rows: 5, columns, variant, log, type, offsetOf: (column) => 3 * column });
      }
    });
    it('takes f16', () => checkForward({ rows: 17, columns: 65, variant, log, type: 'f16' }));
  });

  describe.each(backwardVariants)(`${name}'s gradient, one row a %s`, (variant) => {
    it('equals the reference for every shape', async () => {
      for (const shape of shapes) await checkBackward({ ...shape, variant, log });
    });
    it('keeps large magnitudes', () => checkBackward({ rows: 17, columns: 65, variant, log, magnitude: 1e30 }));
    it('takes f16', () => checkBackward({ rows: 17, columns: 65, variant, log, type: 'f16' }));
  });
}

it.each(variants)('gives nothing to negative infinity, one row a %s, wherever it stands', async (variant) => {
  const [rows, columns] = [3, 64];
  const values = normalNumbers(rows * columns, 3);
  values.fill(-Infinity, 0, columns / 2);
  values.fill(-Infinity, columns + columns / 2, 2 * columns);
  const input = uploadFloats(gpu, values, 'f32', 'input');
  const output = staleOutput(gpu, rows * columns, 'f32', 'output');
  softmax(gpu, { input, output, rows, columns, variant });
  const expected = softmaxReference(values, rows, columns, false);
  expectClose(await readFloats(gpu, output, rows * columns), expected, {
    roundings: 12 + depth(columns),
    magnitude: 1,
  });
  gpu.release(input);
  gpu.release(output);
});

// What exponentials of them are is the adapter's choice.
it.each(variants)(
  'ends for rows that hold NaN or infinity, and keeps them from other rows, one row a %s',
  async (variant) => {
    const [rows, columns] = [4, 64];
    const values = normalNumbers(rows * columns, 4);
    values[0] = NaN;
    values[columns + 40] = NaN;
    values[2 * columns + 40] = Infinity;
    const input = uploadFloats(gpu, values, 'f32', 'input');
    const output = staleOutput(gpu, rows * columns, 'f32', 'output');
    softmax(gpu, { input, output, rows, columns, variant });
    const lastRow = (await readFloats(gpu, output, rows * columns)).slice(3 * columns, rows * columns);
    const expected = softmaxReference(values.slice(3 * columns), 1, columns, false);
    expectClose(lastRow, expected, { roundings: 12 + depth(columns), magnitude: 1 });
    gpu.release(input);
    gpu.release(output);
  },
);

it('gradients are the derivative of the reference', () => {
  const [rows, columns] = [2, 5];
  const input = Float64Array.from(normalNumbers(rows * columns, 1));
  const gradOutput = normalNumbers(rows * columns, 2);
  for (const log of [false, true]) {
    const loss = (values: Float64Array) =>
      softmaxReference(values, rows, columns, log).reduce(
        (sum, value, index) => sum + value * (gradOutput[index] as number),
        0,
      );
    const gradInput = softmaxBackwardReference(
      gradOutput,
      softmaxReference(input, rows, columns, log),
      rows,
      columns,
      log,
    );
    expectGradient(loss, input, gradInput);
  }
});

it('refuses what does not fit, naming it', () => {
  const input = gpu.allocate('f32', 8, 'input');
  const output = gpu.allocate('f32', 16, 'output');
  expect(() => softmax(gpu, { input, output, rows: 3, columns: 4 })).toThrow(
    'softmax: input (input) has 8 elements; [rows 3, columns 4] needs 12',
  );
  expect(() => softmax(gpu, { input, output, rows: 1, columns: 100_000, variant: 'subgroup' })).toThrow(
    'a row for a subgroup needs subgroups of one known size and few enough columns for their lanes to hold; columns is 100000',
  );
  gpu.release(input);
  gpu.release(output);
});

it('every variant compiles', () =>
  compileOnNull((nullGpu) => {
    for (const type of ['f32', 'f16'] as const) {
      const [a, b, c] = ['a', 'b', 'c'].map((label) => nullGpu.allocate(type, 12, label)) as [
        ReturnType<Gpu['allocate']>,
        ReturnType<Gpu['allocate']>,
        ReturnType<Gpu['allocate']>,
      ];
      Object.assign(nullGpu, { profile: { ...nullGpu.profile, subgroupSize: 8 } });
      for (const log of [false, true]) {
        softmax(nullGpu, { input: a, output: b, rows: 3, columns: 4, log, variant: 'subgroup' });
        for (const variant of backwardVariants) {
          softmax(nullGpu, { input: a, output: b, rows: 3, columns: 4, log, variant });
          softmaxBackward(nullGpu, { gradOutput: a, output: b, gradInput: c, rows: 3, columns: 4, log, variant });
        }
      }
    }
  }));
