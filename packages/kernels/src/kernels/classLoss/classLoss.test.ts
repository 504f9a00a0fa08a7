import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../index.ts';
import type { Gpu } from '../../index.ts';
import { readFloats, rounded, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { classLoss, classLossBackward, classLossTotal } from './index.ts';
import { classLossReference } from './reference.ts';

const shapes = [
  { outer: 0, classes: 3, inner: 1 },
  { outer: 1, classes: 1, inner: 1 },
  { outer: 3, classes: 2, inner: 1 },
  { outer: 17, classes: 63, inner: 1 },
  { outer: 2, classes: 65, inner: 3 },
  { outer: 129, classes: 5, inner: 1 },
  { outer: 3, classes: 200, inner: 1 },
];
type LossShape = (typeof shapes)[number];
const kinds = [
  { isLogits: true, isByLabel: true, weighted: false },
  { isLogits: true, isByLabel: true, weighted: true },
  { isLogits: false, isByLabel: true, weighted: true },
  { isLogits: true, isByLabel: false, weighted: false },
  { isLogits: true, isByLabel: false, weighted: true },
];

/** [outer, classes, inner] as rows of classes, and back. */
function rowsFirst(values: ArrayLike<number>, { outer, classes, inner }: LossShape, back = false): Float64Array {
  const result = new Float64Array(values.length);
  for (let o = 0; o < outer; o++)
    for (let c = 0; c < classes; c++)
      for (let i = 0; i < inner; i++) {
        const [from, to] = [(o * classes + c) * inner + i, (o * inner + i) * classes + c];
        result[back ? from : to] = values[back ? to : from] as number;
      }
  return result;
}

describe('classLoss', () => {
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  function given(shape: LossShape, { isLogits, isByLabel, weighted }: (typeof kinds)[number]) {
    const { outer, classes, inner } = shape;
    const rows = outer * inner;
    const input = rounded(normalNumbers(rows * classes, 1, { deviation: 3 }), 'f32');
    const labels = Int32Array.from({ length: Math.max(1, rows) }, (_, row) =>
      row % 7 === 3 ? -100 : (row * 5) % classes,
    );
    const probabilities = rounded(normalNumbers(rows * classes, 2).map(Math.abs), 'f32');
    const weights = rounded(normalNumbers(classes, 3).map(Math.abs), 'f32');
    const numbers = { input, target: isByLabel ? labels : probabilities, weights, rows };
    const arrays = {
      input: uploadFloats(gpu, input, 'f32', 'input'),
      target: isByLabel
        ? gpu.upload(labels, 'i32', 'labels')
        : uploadFloats(gpu, probabilities, 'f32', 'probabilities'),
      classWeights: weighted ? uploadFloats(gpu, weights, 'f32', 'weights') : undefined,
    };
    const expected = (values: ArrayLike<number>, target: ArrayLike<number>, labelSmoothing: number) =>
      classLossReference({
        input: rowsFirst(values, shape),
        isLogits,
        target: isByLabel ? target : rowsFirst(target, shape),
        isByLabel,
        classWeights: weighted ? weights : undefined,
        rows,
        classes,
        labelSmoothing,
      });
    return { numbers, arrays, expected };
  }

  describe.each(kinds)('logits $isLogits, labels $isByLabel, weights $weighted', (kind) => {
    it.each(shapes)('$outer x $classes x $inner equals its reference', async (shape) => {
      const { numbers, arrays, expected } = given(shape, kind);
      const { rows } = numbers;
      for (const [labelSmoothing, lanes] of [
        [0, 1],
        [0.25, 1],
        [0.25, 64],
      ] as const) {
        const losses = staleOutput(gpu, rows, 'f32', 'losses');
        const facts = staleOutput(gpu, 4 * rows, 'f32', 'facts');
        classLoss(gpu, { ...arrays, isLogits: kind.isLogits, ...shape, labelSmoothing, lanes, losses, facts });
        const wanted = expected(numbers.input, numbers.target, labelSmoothing);
        const bound = { roundings: 64, magnitude: 30 * shape.classes };
        expectClose(await readFloats(gpu, losses, rows), wanted.losses, bound);
        const read = await readFloats(gpu, facts, 4 * rows);
        expectClose(
          read.filter((_, at) => at % 4 === 3),
          wanted.counts,
          { roundings: 2 },
        );
        for (const factor of ['mean', 0.5] as const) {
          const [loss, scale] = [staleOutput(gpu, 1, 'f32', 'loss'), staleOutput(gpu, 1, 'f32', 'scale')];
          classLossTotal(gpu, { losses, facts, rows, factor, loss, scale });
          const count = wanted.counts.reduce((sum, value) => sum + value, 0);
          const by = factor === 'mean' ? (count === 0 ? 0 : 1 / count) : factor;
          const total = wanted.losses.reduce((sum, value) => sum + value, 0) * by;
          expectClose(await readFloats(gpu, loss, 1), [total], { roundings: 64, magnitude: 30 * shape.classes });
        }
      }
    });

    it.each(shapes)('$outer x $classes x $inner has the slopes of its reference', async (shape) => {
      const { numbers, arrays, expected } = given(shape, kind);
      const { rows } = numbers;
      const labelSmoothing = 0.25;
      const [losses, facts] = [gpu.allocate('f32', rows, 'losses'), gpu.allocate('f32', 4 * rows, 'facts')];
      const base = { ...arrays, isLogits: kind.isLogits, ...shape, labelSmoothing, facts };
      classLoss(gpu, { ...base, losses });
      const weights = rounded(normalNumbers(rows, 9), 'f32');
      const gradOutput = uploadFloats(gpu, weights, 'f32', 'gradOutput');
      for (const ofProbabilities of kind.isByLabel ? [false] : [false, true]) {
        const gradient = staleOutput(gpu, numbers.input.length, 'f32', 'gradient');
        classLossBackward(gpu, { ...base, gradOutput, ofProbabilities, gradient });
        const read = await readFloats(gpu, gradient, numbers.input.length);
        const loss = (values: Float64Array) =>
          expected(
            ofProbabilities ? numbers.input : values,
            ofProbabilities ? values : numbers.target,
            labelSmoothing,
          ).losses.reduce((sum, value, row) => sum + value * (weights[row] as number), 0);
        const point = Float64Array.from(ofProbabilities ? numbers.target : numbers.input);
        const stride = Math.max(1, Math.floor(point.length / 40));
        for (let at = 0; at < point.length; at += stride) {
          const moved = (step: number) => loss(point.with(at, (point[at] as number) + step));
          const slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
          expect(Math.abs(slope - (read[at] as number)), `element ${at}`).toBeLessThan(2e-5 * shape.classes);
        }
      }
    });
  });

  it('is scaled as its mean was, and shows labels that are not a class', async () => {
    const input = uploadFloats(gpu, [1, 2, 3, 1, 2, 3], 'f32', 'input');
    const [losses, facts] = [gpu.allocate('f32', 2, 'losses'), gpu.allocate('f32', 8, 'facts')];
    const [loss, scale] = [gpu.allocate('f32', 1, 'loss'), gpu.allocate('f32', 1, 'scale')];
    const shape = { outer: 2, classes: 3, inner: 1, isLogits: true };
    const run = (labels: readonly number[]) => {
      const target = gpu.upload(Int32Array.from(labels), 'i32', 'labels');
      classLoss(gpu, { input, target, ...shape, losses, facts });
      classLossTotal(gpu, { losses, facts, rows: 2, factor: 'mean', loss, scale });
      return target;
    };
    const target = run([-100, 2]);
    const gradOutput = gpu.upload(Float32Array.of(2), 'f32', 'gradOutput');
    const gradient = gpu.allocate('f32', 6, 'gradient');
    classLossBackward(gpu, { input, target, ...shape, facts, gradOutput, scale, gradient });
    const probabilities = [1, 2, 3].map((x) => Math.exp(x) / (Math.E + Math.E ** 2 + Math.E ** 3));
    expectClose(
      (await readFloats(gpu, gradient, 6)).slice(3),
      probabilities.map((value, at) => 2 * (value - Number(at === 2))),
      { roundings: 8, magnitude: 1 },
    );
    for (const labels of [
      [3, 0],
      [-1, 0],
    ]) {
      run(labels);
      expect((await readFloats(gpu, loss, 1))[0]).toBeNaN();
    }
    run([-100, -100]);
    expect((await readFloats(gpu, loss, 1))[0]).toBe(0);
  });

  it('takes huge and infinite logits', async () => {
    const input = uploadFloats(gpu, [3e38, -3e38, -Infinity, 1000], 'f32', 'input');
    const target = gpu.upload(Int32Array.of(0, 1), 'i32', 'labels');
    const [losses, facts] = [gpu.allocate('f32', 2, 'losses'), gpu.allocate('f32', 8, 'facts')];
    classLoss(gpu, { input, isLogits: true, target, outer: 2, classes: 2, inner: 1, losses, facts });
    expect([...(await readFloats(gpu, losses, 2))].map(Math.abs)).toEqual([0, 0]);
  });

  it('names what does not fit', () => {
    const array = gpu.allocate('f32', 3, 'short one');
    const target = gpu.allocate('i32', 2, 'labels');
    const short = { input: array, isLogits: true, target, outer: 2, classes: 2, inner: 1, losses: array, facts: array };
    expect(() => classLoss(gpu, short)).toThrow(
      'classLoss: input (short one) has 3 elements; [outer 2, classes 2, inner 1] needs 4',
    );
    expect(() => classLoss(gpu, { ...short, classes: 1, labelSmoothing: 2 })).toThrow(
      /labelSmoothing must be a number from 0 to 1; got 2/,
    );
  });

  it('compiles in every variant', () =>
    compileOnNull((nullGpu) => {
      const array = (label: string) => nullGpu.allocate('f32', 4096, label);
      for (const classes of [3, 100])
        for (const target of [nullGpu.allocate('i32', 8, 'labels'), array('probabilities')])
          for (const classWeights of [undefined, array('weights')])
            for (const isLogits of [true, false]) {
              const base = { input: array('input'), isLogits, target, classWeights, outer: 4, classes, inner: 1 };
              const [losses, facts] = [array('losses'), array('facts')];
              for (const lanes of [1, 64] as const) classLoss(nullGpu, { ...base, lanes, losses, facts });
              for (const scale of [undefined, array('scale')])
                for (const ofProbabilities of [false, true])
                  classLossBackward(nullGpu, {
                    ...base,
                    facts,
                    gradOutput: losses,
                    scale,
                    ofProbabilities: ofProbabilities && target.elementType === 'f32',
                    gradient: array('gradient'),
                  });
            }
    }));
});
