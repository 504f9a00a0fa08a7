import { afterAll, describe, expect, it } from 'vitest';
import { loadVariants } from '../device/variantLoaders.ts';
import { openDevice } from '../openDevice.ts';
import type { Gpu } from '../gpu.ts';
import type { GpuArray } from '../memory/gpuArray.ts';
import { fromHalfBits, toHalfBits } from '../testing/half.ts';
import { normalNumbers } from '../testing/numbers.ts';
import * as kernels from '../kernels/index.ts';

// Products ask for a variant that processors do not choose.
await loadVariants();
const packed = await openDevice({ f16Storage: 'packed', withoutFeatures: ['shader-f16'] });
const hasHalves = await offersHalves();
const native = await openDevice({ f16Storage: hasHalves ? 'native' : 'packed' });
afterAll(() => {
  native.destroy();
  packed.destroy();
});

async function offersHalves(): Promise<boolean> {
  using gpu = await openDevice();
  return gpu.profile.f16;
}

/**
 * What a kernel is given: uploads of f16 and f32, and outputs that hold NaN until they are written.
 */
interface Arrays {
  readonly half: (length: number, seed: number) => GpuArray;
  readonly single: (length: number, seed: number) => GpuArray;
  readonly words: (values: readonly number[]) => GpuArray;
  readonly output: (length: number) => GpuArray;
  readonly singleOutput: (length: number) => GpuArray;
}

/** Runs a kernel on a device and returns the bits of every output. */
async function outputsOn(gpu: Gpu, record: (gpu: Gpu, arrays: Arrays) => void): Promise<number[][]> {
  const outputs: GpuArray[] = [];
  const output = (type: 'f16' | 'f32') => (length: number) => {
    const array =
      type === 'f16'
        ? gpu.upload(toHalfBits(new Float32Array(length).fill(NaN)), 'f16', 'output')
        : gpu.upload(new Float32Array(length).fill(NaN), 'f32', 'output');
    outputs.push(array);
    return array;
  };
  record(gpu, {
    half: (length, seed) => gpu.upload(toHalfBits(normalNumbers(length, seed)), 'f16', 'half'),
    single: (length, seed) => gpu.upload(normalNumbers(length, seed), 'f32', 'single'),
    words: (values) => gpu.upload(Uint32Array.from(values), 'u32', 'words'),
    output: output('f16'),
    singleOutput: output('f32'),
  });
  const bits: number[][] = [];
  for (const array of outputs) {
    const data = await gpu.read(array);
    bits.push([...(data instanceof Float32Array ? new Uint32Array(data.buffer, data.byteOffset, data.length) : data)]);
    gpu.release(array);
  }
  return bits;
}

async function expectEqualBits(record: (gpu: Gpu, arrays: Arrays) => void): Promise<void> {
  const expected = await outputsOn(native, record);
  const actual = await outputsOn(packed, record);
  expect(expected.flat().some((bits) => bits !== 0x7e00 && bits !== 0)).toBe(true);
  expect(actual).toEqual(expected);
}

const sizes = [
  [1, 1],
  [3, 17],
  [17, 63],
  [5, 64],
  [3, 129],
] as const;

describe.runIf(hasHalves)('f16 arrays packed in words', () => {
  it.each(['packed', 'native'])('are converted exactly, both ways, %s', async (storage) => {
    const gpu = storage === 'packed' ? packed : native;
    const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    const halves = gpu.upload(all, 'f16', 'halves');
    const singles = gpu.allocate('f32', all.length, 'singles');
    kernels.cast(gpu, { input: halves, output: singles, length: all.length });
    expect(await gpu.read(singles)).toEqual(fromHalfBits(all));

    const steps = [
      0,
      1e-10,
      2 ** -25,
      2 ** -25 + 2 ** -40,
      1.5 * 2 ** -24,
      2 ** -14 - 2 ** -26,
      2 ** -14,
      1 / 3,
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      2047.5,
      2048.5,
    ];
    const values = Float32Array.from(
      [...steps, 65504, 65519.99, 65520, 1e6, 3e38, Infinity, NaN, ...normalNumbers(4077, 1)].flatMap((value) => [
        value,
        -value,
      ]),
    );
    const input = gpu.upload(values, 'f32', 'values');
    for (const length of [values.length, values.length - 1]) {
      const output = gpu.upload(new Uint16Array(values.length), 'f16', 'output');
      kernels.cast(gpu, { input, output, length });
      const bits = (await gpu.read(output)) as Uint16Array;
      const withoutSignOfNaN = (word: number) => ((word & 0x7fff) > 0x7c00 ? 0x7e00 : word);
      expect([...bits.subarray(0, length)].map(withoutSignOfNaN)).toEqual(
        [...toHalfBits(values.subarray(0, length))].map(withoutSignOfNaN),
      );
      gpu.release(output);
    }
  });

  it.each(sizes)('give the bits of native ones in kernels over elements, %i x %i', async (rows, columns) => {
    const length = rows * columns;
    const dropoutOf = ({ words }: Arrays) => ({
      probability: 0.3,
      site: 2,
      random: { state: words([1, 2, 0, 0]), tokenKeys: words(Array.from({ length: rows }, (_, row) => row)) },
    });
    await expectEqualBits((gpu, { half, output }) =>
      kernels.add(gpu, { a: half(length, 1), b: half(length, 2), output: output(length), length }),
    );
    await expectEqualBits((gpu, { half, output }) =>
      kernels.multiply(gpu, { a: half(length, 1), b: half(length, 2), output: output(length), length }),
    );
    await expectEqualBits((gpu, { half, output }) => {
      const target = output(length);
      kernels.fill(gpu, { output: target, value: 0.3, length });
      kernels.accumulate(gpu, { value: half(length, 1), target, factor: 0.7, length });
    });
    await expectEqualBits((gpu, { half, output }) =>
      kernels.gelu(gpu, { input: half(length, 1), output: output(length), length }),
    );
    await expectEqualBits((gpu, { half, output }) =>
      kernels.geluBackward(gpu, {
        gradOutput: half(length, 1),
        input: half(length, 2),
        gradInput: output(length),
        length,
      }),
    );
    await expectEqualBits((gpu, { half, output }) =>
      kernels.tanh(gpu, { input: half(length, 1), output: output(length), length }),
    );
    await expectEqualBits((gpu, arrays) =>
      kernels.dropout(gpu, {
        input: arrays.half(length, 1),
        output: arrays.output(length),
        rows,
        columns,
        dropout: dropoutOf(arrays),
      }),
    );
    await expectEqualBits((gpu, { half, output, words }) => {
      const rowNumbers = Array.from({ length: rows }, (_, row) => rows - 1 - row);
      const indices = words(rowNumbers);
      kernels.gatherRows(gpu, { input: half(length, 1), indices, output: output(length), rows, columns });
      kernels.scatterRows(gpu, {
        input: half(length, 1),
        segments: kernels.uploadSegments(gpu, kernels.segmentIds(Uint32Array.from(rowNumbers))),
        output: output(length + 2 * columns),
        rows,
        outputRows: rows + 2,
        columns,
      });
    });
  });

  it.each(sizes)('give the bits of native ones in kernels over rows, %i x %i', async (rows, columns) => {
    const length = rows * columns;
    await expectEqualBits((gpu, { half, output }) =>
      kernels.softmax(gpu, { input: half(length, 1), output: output(length), rows, columns }),
    );
    await expectEqualBits((gpu, { half, singleOutput }) =>
      kernels.columnSum(gpu, { input: half(length, 1), output: singleOutput(columns), rows, columns }),
    );
    await expectEqualBits((gpu, { half, single, output, singleOutput }) =>
      kernels.layerNorm(gpu, {
        input: half(length, 1),
        residual: half(length, 2),
        weight: single(columns, 3),
        bias: single(columns, 4),
        output: output(length),
        sum: output(length),
        mean: singleOutput(rows),
        reciprocalStd: singleOutput(rows),
        rows,
        columns,
        epsilon: 1e-5,
      }),
    );
    await expectEqualBits((gpu, { half, single, output, singleOutput }) =>
      kernels.layerNormBackward(gpu, {
        gradOutput: half(length, 1),
        sum: half(length, 2),
        mean: single(rows, 5),
        reciprocalStd: single(rows, 6),
        weight: single(columns, 3),
        gradSum: output(length),
        gradWeight: singleOutput(columns),
        gradBias: singleOutput(columns),
        rows,
        columns,
      }),
    );
    await expectEqualBits((gpu, { half, single, output, singleOutput, words }) => {
      const ids = Uint32Array.from({ length: rows }, (_, row) => (row * 7) % 5);
      kernels.embeddingSum(gpu, {
        tables: [single(5 * columns, 1)],
        ids: [words([...ids])],
        output: output(length),
        rows,
        columns,
      });
      const gradTable = singleOutput(5 * columns);
      kernels.fill(gpu, { output: gradTable, value: 0, length: 5 * columns });
      kernels.embeddingBackward(gpu, {
        gradOutput: half(length, 2),
        gradTable,
        segments: kernels.uploadSegments(gpu, kernels.segmentIds(ids)),
        rows,
        columns,
      });
    });
  });

  it.each([
    [1, 1, 1],
    [3, 17, 5],
    [17, 63, 33],
    [64, 32, 64],
    [33, 12, 129],
  ])('give the bits of native ones in products, %i x %i x %i', async (m, n, k) => {
    for (const layout of ['NN', 'NT', 'TN'] as const) {
      for (const variant of ['portable', 'register', 'subgroup'] as const) {
        if (variant === 'subgroup' && native.profile.subgroupSize === 0) continue;
        await expectEqualBits((gpu, { half, single, output }) =>
          kernels.gemm(gpu, {
            a: half(m * k, 1),
            b: half(k * n, 2),
            output: output(m * n),
            bias: single(n, 3),
            activation: 'gelu',
            preActivation: output(m * n),
            m,
            n,
            k,
            layout,
            variant,
          }),
        );
      }
      await expectEqualBits((gpu, { half, single, singleOutput }) => {
        const output = singleOutput(m * n);
        kernels.fill(gpu, { output, value: 1, length: m * n });
        // Matrix units, which the native device may have and the other has not, round f32 operands.
        const variant = 'portable';
        kernels.gemm(gpu, {
          a: half(m * k, 1),
          b: single(k * n, 2),
          output,
          m,
          n,
          k,
          layout,
          variant,
          accumulate: true,
        });
      });
    }
  });

  it.each([
    [2, 16],
    [1, 17],
  ])('give the bits of native ones in attention, %i heads of %i', async (numHeads, headSize) => {
    const lengths = [1, 9, 33];
    const totalTokens = 43;
    const length = totalTokens * numHeads * headSize;
    const shape = { totalTokens, numSequences: lengths.length, maxSeqlen: 33, numHeads, headSize };
    await expectEqualBits((gpu, { half, output, singleOutput, words }) => {
      const [query, key, value] = [half(length, 1), half(length, 2), half(length, 3)] as const;
      const cuSeqlens = words([0, 1, 10, 43]);
      const logSumExp = singleOutput(totalTokens * numHeads);
      const attended = output(length);
      kernels.attention(gpu, { query, key, value, output: attended, logSumExp, cuSeqlens, ...shape });
      const gradients = { gradQuery: output(length), gradKey: output(length), gradValue: output(length) };
      kernels.attentionBackward(gpu, {
        query,
        key,
        value,
        output: attended,
        gradOutput: half(length, 4),
        logSumExp,
        cuSeqlens,
        ...gradients,
        ...shape,
      });
    });
  });
});
