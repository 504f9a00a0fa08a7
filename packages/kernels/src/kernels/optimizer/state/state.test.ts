import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '../../../index.ts';
import { accumulateLoss, createOptimizerState, optimizerUpdate, readOptimizerState } from '../../../internal.ts';
import type { Gpu } from '../../../index.ts';
import type { OptimizerState } from '../../../internal.ts';
import { uploadFloats } from '../../../testing/arrays.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

const groups = [{ weightDecay: 0.01 }, { weightDecay: 0, learningRateFactor: 0.5 }];

describe('the state of an optimizer', () => {
  const noSegments = { segments: [] };

  async function lossOf(state: OptimizerState, losses: readonly number[]) {
    for (const value of losses) {
      const loss = uploadFloats(gpu, [value], 'f32', 'loss');
      accumulateLoss(gpu, { state, loss });
      gpu.release(loss);
    }
    optimizerUpdate(gpu, { state, ...noSegments });
  }

  it('sums the losses of micro-batches and starts afresh after each update', async () => {
    const state = createOptimizerState(gpu, { learningRates: [1, 2, 3], groups });
    await lossOf(state, [0.25, 0.5]);
    await lossOf(state, []);
    await lossOf(state, [8]);
    const { records } = await readOptimizerState(gpu, state);
    expect(records.map(({ loss, gradNorm, learningRate }) => ({ loss, gradNorm, learningRate }))).toEqual([
      { loss: 0.75, gradNorm: 0, learningRate: 1 },
      { loss: 0, gradNorm: 0, learningRate: 2 },
      { loss: 8, gradNorm: 0, learningRate: 3 },
    ]);
    expect((await readOptimizerState(gpu, state, 2)).records.map(({ update }) => update)).toEqual([3]);
    state.dispose();
  });

  it('keeps the newest records when the ring is full', async () => {
    const state = createOptimizerState(gpu, {
      learningRates: Array.from({ length: 7 }, (_, step) => step),
      groups,
      recordCapacity: 3,
    });
    for (let update = 0; update < 7; update++) await lossOf(state, [update]);
    const { records } = await readOptimizerState(gpu, state);
    expect(records.map(({ update, loss }) => [update, loss])).toEqual([
      [5, 4],
      [6, 5],
      [7, 6],
    ]);
    state.dispose();
  });

  it('continues where it was resumed, and stays on the last row after the end', async () => {
    const state = createOptimizerState(gpu, { learningRates: [1, 2, 3], groups, firstStep: 1 });
    for (let update = 0; update < 3; update++) optimizerUpdate(gpu, { state, ...noSegments });
    const { records } = await readOptimizerState(gpu, state);
    expect(records.map(({ learningRate }) => learningRate)).toEqual([2, 3, 3]);
    state.dispose();
  });

  it('takes new learning rates for later updates', async () => {
    const state = createOptimizerState(gpu, { learningRates: [1, 1, 1], groups });
    optimizerUpdate(gpu, { state, ...noSegments });
    gpu.flush();
    state.setLearningRates([0.5, 0.25], 1);
    for (let update = 0; update < 2; update++) optimizerUpdate(gpu, { state, ...noSegments });
    const { records } = await readOptimizerState(gpu, state);
    expect(records.map(({ learningRate }) => learningRate)).toEqual([1, 0.5, 0.25]);
    expect(() => state.setLearningRates([1, 1], 2)).toThrow(RangeError);
    state.dispose();
  });

  it('halves a dynamic loss scale after an overflow and doubles it after enough good updates, without a wait', async () => {
    const state = createOptimizerState(gpu, {
      learningRates: [1, 2, 3, 4, 5, 6],
      groups,
      lossScale: { initial: 2 ** 20, growthInterval: 2, growthFactor: 4, backoffFactor: 0.25 },
    });
    const gradients = gpu.allocatePersistent('f32', 64, 'gradients');
    const array = () => gpu.allocatePersistent('f32', 64, 'array');
    const groupIds = gpu.allocatePersistent('u32', 1, 'group ids');
    const segment = { weights: array(), gradients, expAvg: array(), expAvgSq: array(), groupIds, length: 64 };
    const [good, overflow] = [
      gpu.upload(new Float32Array(64).fill(2 ** 18), 'f32', 'good'),
      gpu.upload(new Float32Array(64).fill(Infinity), 'f32', 'overflow'),
    ];
    for (const values of [good, overflow, good, good, good, overflow]) {
      gpu.copy(values, gradients);
      optimizerUpdate(gpu, { state, segments: [segment] });
    }
    const { records, lossScale, growthTracker, skipped } = await readOptimizerState(gpu, state);
    expect(records.map(({ lossScale: scale }) => Math.log2(scale))).toEqual([20, 20, 18, 18, 20, 20]);
    expect(records.map(({ learningRate }) => learningRate)).toEqual([1, 2, 2, 3, 4, 5]);
    expect(records.filter(({ finite }) => finite).map(({ gradNorm }) => gradNorm)).toEqual([2, 8, 8, 2]);
    expect({ lossScale, growthTracker, skipped }).toEqual({ lossScale: 2 ** 18, growthTracker: 0, skipped: 2 });
    state.dispose();
    for (const used of Object.values(segment)) if (typeof used !== 'number') gpu.release(used);
    for (const used of [good, overflow]) gpu.release(used);
  });

  it('keeps a loss scale that would overflow', async () => {
    const state = createOptimizerState(gpu, {
      learningRates: [1],
      groups,
      lossScale: { initial: 2 ** 127, growthInterval: 1 },
    });
    optimizerUpdate(gpu, { state, ...noSegments });
    expect((await readOptimizerState(gpu, state)).lossScale).toBe(2 ** 127);
    state.dispose();
  });

  it('leaks nothing', () => {
    const before = gpu.memory.liveBytes;
    const state = createOptimizerState(gpu, { learningRates: [1], groups });
    optimizerUpdate(gpu, { state, ...noSegments });
    state.dispose();
    expect(gpu.memory.liveBytes).toBe(before);
  });

  it('refuses misfit segments', () => {
    const gradients = gpu.allocate('f32', 100, 'gradients');
    using state = createOptimizerState(gpu, { learningRates: [1], groups });
    const segment = { gradients, weights: gradients, expAvg: gradients, expAvgSq: gradients, groupIds: gradients };
    expect(() => optimizerUpdate(gpu, { state, segments: [{ ...segment, length: 100 }] })).toThrow(
      'optimizerUpdate: a segment has length 100; it must be a multiple of 64, with zeros between the tensors',
    );
    expect(() => optimizerUpdate(gpu, { state, segments: [{ ...segment, length: 128 }] })).toThrow(
      'optimizerUpdate: gradients (gradients) has 100 elements; [length 128] needs 128',
    );
    gpu.release(gradients);
  });
});
