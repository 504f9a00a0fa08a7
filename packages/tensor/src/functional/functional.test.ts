import * as reference from '@attune/kernels/reference';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { ShapeError, TensorError } from '../errors.ts';
import { checkGradient } from '../testing/checkGradient.ts';
import { gelu, tanh } from './activations.ts';
import { add, mul } from './binary.ts';
import { scale } from './unary.ts';
import { attention, attentionQkvPacked, packSequences } from './attention.ts';
import { cast } from './cast.ts';
import { tensor } from './create.ts';
import { dropout } from './dropout.ts';
import { embeddingSum } from './embeddingSum.ts';
import { gatherRows } from './gatherRows.ts';
import { layerNorm } from './layerNorm.ts';
import { linear } from './linear.ts';
import { crossEntropy } from './classLosses.ts';
import { bceWithLogits, mseLoss } from './losses.ts';
import { matmul } from './matmul.ts';
import { randomState } from './dropoutOptions.ts';
import { reshape } from './movement.ts';
import { logSoftmax, softmax } from './softmax.ts';
import { mean, sum } from './reductions/reductions.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const linearReference =
  (rows: number, inner: number, outputs: number) => (x: Float64Array, w: Float64Array, b?: Float64Array) => {
    const result = new Float64Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < outputs; column++) {
        let total = b?.[column] ?? 0;
        for (let k = 0; k < inner; k++) total += (x[row * inner + k] as number) * (w[column * inner + k] as number);
        result[row * outputs + column] = total;
      }
    }
    return result;
  };

const sizes = [
  [1, 1, 1],
  [3, 17, 5],
  [17, 3, 9],
] as const;

describe('gradients equal finite differences of the float64 reference', () => {
  it.each(sizes)('linear [%i, %i] to %i', async (rows, inner, outputs) => {
    const plain = linearReference(rows, inner, outputs);
    await checkGradient({
      device,
      shapes: [[rows, inner], [outputs, inner], [outputs]],
      operation: (x, w, b) => linear(x!, w!, b!),
      reference: (x, w, b) => plain(x!, w!, b),
    });
    await checkGradient({
      device,
      shapes: [
        [rows, inner],
        [outputs, inner],
      ],
      operation: (x, w) => linear(x!, w!),
      reference: (x, w) => plain(x!, w!),
    });
  });

  it.each(sizes)('linear with gelu [%i, %i] to %i', async (rows, inner, outputs) => {
    const plain = linearReference(rows, inner, outputs);
    await checkGradient({
      device,
      shapes: [[rows, inner], [outputs, inner], [outputs]],
      operation: (x, w, b) => linear(x!, w!, b!, { activation: 'gelu' }),
      reference: (x, w, b) => reference.geluReference(plain(x!, w!, b)),
    });
  });

  it('matmul', async () => {
    const product = (a: Float64Array, b: Float64Array) =>
      Float64Array.from({ length: 15 }, (_, index) => {
        let total = 0;
        for (let k = 0; k < 4; k++)
          total += (a[Math.floor(index / 5) * 4 + k] as number) * (b[k * 5 + (index % 5)] as number);
        return total;
      });
    await checkGradient({
      device,
      shapes: [
        [3, 4],
        [4, 5],
      ],
      operation: (a, b) => matmul(a!, b!),
      reference: (a, b) => product(a!, b!),
    });
  });

  it('activations and arithmetic', async () => {
    await checkGradient({
      device,
      shapes: [[7, 5]],
      operation: (x) => gelu(x!),
      reference: (x) => reference.geluReference(x!),
    });
    await checkGradient({
      device,
      shapes: [[7, 5]],
      operation: (x) => tanh(x!),
      reference: (x) => reference.tanhReference(x!),
    });
    await checkGradient({
      device,
      shapes: [
        [3, 3],
        [3, 3],
      ],
      operation: (a, b) => add(a!, b!),
      reference: (a, b) => reference.addReference(a!, b!),
    });
    await checkGradient({
      device,
      shapes: [
        [3, 3],
        [3, 3],
      ],
      operation: (a, b) => mul(a!, b!),
      reference: (a, b) => reference.multiplyReference(a!, b!),
    });
    await checkGradient({
      device,
      shapes: [[3, 3]],
      operation: (x) => scale(x!, -2.5),
      reference: (x) => reference.scaleReference(x!, -2.5),
    });
    await checkGradient({ device, shapes: [[2, 6]], operation: (x) => reshape(x!, [3, 4]), reference: (x) => x! });
    await checkGradient({
      device,
      shapes: [[9, 7]],
      operation: (x) => sum(x!),
      reference: (x) => [x!.reduce((total, value) => total + value, 0)],
    });
    await checkGradient({
      device,
      shapes: [[9, 7]],
      operation: (x) => mean(x!),
      reference: (x) => [x!.reduce((total, value) => total + value, 0) / 63],
    });
  });

  it('a tensor that is used twice', async () => {
    await checkGradient({
      device,
      shapes: [[3, 3]],
      operation: (x) => mul(gelu(x!), add(x!, gelu(x!))),
      reference: (x) => {
        const g = reference.geluReference(x!);
        return g.map((value, index) => value * ((x![index] as number) + value));
      },
    });
    await checkGradient({
      device,
      shapes: [[3, 3]],
      operation: (x) => mul(x!, x!),
      reference: (x) => x!.map((value) => value * value),
    });
  });

  it.each([
    [1, 3],
    [5, 17],
    [3, 64],
  ])('softmax [%i, %i]', async (rows, columns) => {
    await checkGradient({
      device,
      shapes: [[rows, columns]],
      operation: (x) => softmax(x!),
      reference: (x) => reference.softmaxReference(x!, rows, columns),
    });
    await checkGradient({
      device,
      shapes: [[rows, columns]],
      operation: (x) => logSoftmax(x!),
      reference: (x) => reference.softmaxReference(x!, rows, columns, true),
    });
  });

  const randomOf = (rows: number) => {
    const tokenKeys = Uint32Array.from({ length: rows }, (_, row) => (row << 16) | (row % 3));
    const random = {
      state: randomState(device, { seed: 9, update: 4 }),
      tokenKeys: tensor(tokenKeys, { shape: [rows], device }),
    };
    return { tokenKeys, random };
  };

  it.each([
    [1, 3],
    [5, 17],
    [3, 64],
  ])('layer norm and dropout [%i, %i]', async (rows, columns) => {
    const { tokenKeys, random } = randomOf(rows);
    const options = { probability: 0.3, site: 5, random };
    const drop = { probability: 0.3, site: 5, seed: 9, update: 4, tokenKeys };
    const shared = { rows, columns, epsilon: 1e-3 };
    await checkGradient({
      device,
      shapes: [[rows, columns]],
      operation: (x) => dropout(x!, options),
      reference: (x) => reference.dropoutReference(x!, { rows, columns, dropout: drop }),
    });
    await checkGradient({
      device,
      shapes: [[rows, columns], [columns], [columns]],
      operation: (x, w, b) => layerNorm(x!, w!, b!, { epsilon: 1e-3 }),
      reference: (x, w, b) => reference.layerNormReference({ input: x!, weight: w!, bias: b!, ...shared }).output,
    });
    await checkGradient({
      device,
      shapes: [[rows, columns], [columns], [columns], [rows, columns]],
      operation: (x, w, b, r) => layerNorm(x!, w!, b!, { epsilon: 1e-3, residual: r! }),
      reference: (x, w, b, r) =>
        reference.layerNormReference({ input: x!, weight: w!, bias: b!, residual: r!, ...shared }).output,
    });
    await checkGradient({
      device,
      shapes: [[rows, columns], [columns], [columns], [rows, columns]],
      operation: (x, w, b, r) => layerNorm(x!, w!, b!, { epsilon: 1e-3, residual: r!, dropout: options }),
      reference: (x, w, b, r) =>
        reference.layerNormReference({ input: x!, weight: w!, bias: b!, residual: r!, dropout: drop, ...shared })
          .output,
    });
  });

  it('embedding sums, with ids that come often', async () => {
    const ids = [Int32Array.of(4, 0, 4, 2, 4, 4, 1), Uint32Array.of(0, 1, 2, 0, 1, 2, 0)];
    await checkGradient({
      device,
      shapes: [
        [5, 6],
        [3, 6],
      ],
      operation: (word, type) => embeddingSum([word!, type!], ids),
      reference: (word, type) => reference.embeddingSumReference([word!, type!], ids, 7, 6),
    });
  });

  it.each([[[4, 0, 2]], [[4, 0, 4, 4, 1]], [[0, 0]]])('gathered rows %j', async (rows) => {
    const indices = Uint32Array.from(rows);
    await checkGradient({
      device,
      shapes: [[5, 6]],
      operation: (x) => gatherRows(x!, indices),
      reference: (x) => reference.gatherRowsReference(x!, indices, 6),
    });
  });

  it('ids that the caller changes before the backward pass', async () => {
    const table = tensor([1, 2, 3], { shape: [3, 1], device, requiresGrad: true });
    const [ids, rows] = [Uint32Array.of(0, 2), Uint32Array.of(1)];
    const loss = sum(add(gatherRows(embeddingSum([table], [ids]), rows), gatherRows(table, rows)));
    for (const changed of [ids, rows]) changed.fill(0);
    loss.backward();
    expect([...(await table.grad!.data())]).toEqual([0, 1, 1]);
  });

  it('rows gathered twice, in f16', async () => {
    const x = tensor(Float32Array.of(1, 2, 3, 4), { shape: [2, 2], device, requiresGrad: true });
    sum(gatherRows(cast(x, 'f16'), Uint32Array.of(0, 0, 1))).backward();
    expect([...(await x.grad!.data())]).toEqual([2, 2, 1, 1]);
  });

  it('losses', async () => {
    const labels = Int32Array.of(2, -100, 0, 1);
    for (const labelSmoothing of [0, 0.2]) {
      await checkGradient({
        device,
        shapes: [[4, 3]],
        operation: (x) => crossEntropy(x!, labels, { labelSmoothing }),
        reference: (x) => [
          reference.crossEntropyReference({ logits: x!, labels, rows: 4, classes: 3, labelSmoothing, weight: 1 / 3 })
            .loss,
        ],
      });
    }
    // Not the end of the graph: the gradient that comes in is not 1.
    await checkGradient({
      device,
      shapes: [[4, 3]],
      operation: (x) => scale(crossEntropy(x!, labels), 3),
      reference: (x) => [
        3 * reference.crossEntropyReference({ logits: x!, labels, rows: 4, classes: 3, weight: 1 / 3 }).loss,
      ],
    });
    const targets = Float32Array.of(0.5, 1, 0, 0.25, 1, 0);
    await checkGradient({
      device,
      shapes: [[6, 1]],
      operation: (x) => mseLoss(x!, targets),
      reference: (x) => [reference.meanSquaredErrorReference(x!, targets, 1 / 6).loss],
    });
    await checkGradient({
      device,
      shapes: [[2, 3]],
      operation: (x) => bceWithLogits(x!, targets),
      reference: (x) => [reference.binaryCrossEntropyReference(x!, targets, 1 / 6).loss],
    });
  });

  it.each([
    [2, 4],
    [1, 17],
    [3, 5],
  ])('attention, %i heads of %i, packed sequences, with and without dropout', async (numHeads, headSize) => {
    const cuSeqlens = Uint32Array.of(0, 3, 4, 9);
    const width = numHeads * headSize;
    const tokenKeys = Uint32Array.of(
      0,
      1,
      2,
      1 << 16,
      2 << 16,
      (2 << 16) | 1,
      (2 << 16) | 2,
      (2 << 16) | 3,
      (2 << 16) | 4,
    );
    const random = {
      state: randomState(device, { seed: 9, update: 4 }),
      tokenKeys: tensor(tokenKeys, { shape: [9], device }),
    };
    for (const probability of [0, 0.4]) {
      await checkGradient({
        device,
        shapes: [
          [9, width],
          [9, width],
          [9, width],
        ],
        operation: (q, k, v) =>
          attention(q!, k!, v!, {
            sequences: packSequences(device, cuSeqlens),
            numHeads,
            dropout: { probability, site: 3, random },
          }),
        reference: (query, key, value) =>
          reference.attentionReference({
            query: query!,
            key: key!,
            value: value!,
            cuSeqlens,
            numHeads,
            headSize,
            dropout: { probability, site: 3, seed: 9, update: 4, tokenKeys },
          }).output,
      });
    }
    const columns = (qkv: Float64Array, matrix: number) =>
      qkv.filter((_, index) => Math.floor(index / width) % 3 === matrix);
    await checkGradient({
      device,
      shapes: [[9, 3 * width]],
      operation: (qkv) => attentionQkvPacked(qkv!, { sequences: packSequences(device, cuSeqlens), numHeads }),
      reference: (qkv) =>
        reference.attentionReference({
          query: columns(qkv!, 0),
          key: columns(qkv!, 1),
          value: columns(qkv!, 2),
          cuSeqlens,
          numHeads,
          headSize,
        }).output,
    });
  });
});

describe('errors name the operation and the shapes', () => {
  const make = (...shape: number[]) => tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape, device });

  it.each([
    ['linear', () => linear(make(2, 3), make(4, 5)), /linear: weight.*\[4, 5\]; expected \[4, 3\]/],
    ['bias', () => linear(make(2, 3), make(4, 3), make(3)), /linear: bias has the shape \[3\]; expected \[4\]/],
    ['matmul', () => matmul(make(2, 3), make(2, 3)), /matmul: \[2, 3\] and \[2, 3\]/],
    ['add', () => add(make(2, 3), make(3, 2)), /add: b has the shape \[3, 2\], which does not broadcast to \[2, 3\]/],
    ['layerNorm', () => layerNorm(make(2, 3), make(2), make(3)), /layerNorm: weight/],
    ['reshape', () => reshape(make(2, 3), [4]), /reshape: \[2, 3\] has 6 elements; \[4\] has 4/],
    [
      'heads',
      () =>
        attention(make(2, 6), make(2, 6), make(2, 6), {
          sequences: packSequences(device, Uint32Array.of(0, 2)),
          numHeads: 4,
        }),
      /4 heads do not divide 6/,
    ],
    [
      'attention over one tensor',
      () => attentionQkvPacked(make(2, 8), { sequences: packSequences(device, Uint32Array.of(0, 2)), numHeads: 2 }),
      /attention: qkv has the shape \[2, 8\]; expected \[2, 6\]/,
    ],
  ])('%s', (_name, call, message) => {
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(message);
  });

  it('labels and ids that lie outside', () => {
    expect(() => crossEntropy(make(2, 3), Int32Array.of(0, 3))).toThrow(
      /label of row 1 is 3; with 3 classes it must be 0 to 2/,
    );
    expect(() => embeddingSum([make(4, 2)], [Int32Array.of(0, 4)])).toThrow(TensorError);
    expect(() => embeddingSum([make(4, 2)], [Int32Array.of(0, -1)])).toThrow(
      /id -1 at place 1 lies outside table 0, which has 4 rows/,
    );
  });
});

afterEach(async () => {
  await device.idle();
});

describe('argmax', () => {
  it('is that of every row, without a gradient', async () => {
    const x = tensor([1, 3, 2, 9, 8, 7], { shape: [1, 2, 3], device, requiresGrad: true });
    for (const dim of [undefined, -1, 2]) {
      const found = x.argmax(dim);
      expect([found.shape, found.dtype, found.requiresGrad, [...(await found.data())]]).toEqual([
        [1, 2],
        'i32',
        false,
        [1, 0],
      ]);
    }
    expect([...(await cast(x, 'f16').argmax().data())]).toEqual([1, 0]);
  });

  it('says what it does not take', () => {
    const x = tensor([1, 2], { shape: [1, 2], device });
    expect(() => x.argmax(0)).toThrow(/argmax: dim must be -1 or 1, the last dimension; got 0/);
    expect(() => tensor([], { shape: [1, 0], device }).argmax()).toThrow(ShapeError);
    expect(() => x.argmax().argmax()).toThrow(/argmax takes a tensor of f32 or f16; this one is of i32/);
  });
});
