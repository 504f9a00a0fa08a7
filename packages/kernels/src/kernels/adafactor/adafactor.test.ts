import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelArgumentError, openDevice } from '../../index.ts';
import { adafactorUpdate, createOptimizerState, decideUpdate, OptimizerMembers } from '../../internal.ts';
import type { Gpu } from '../../index.ts';
import type { AdafactorInput, AdafactorParameter } from '../../internal.ts';
import { readFloats, uploadFloats } from '../../testing/arrays.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { normalNumbers } from '../../testing/numbers.ts';
import { adafactorReference } from './reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

const product = (shape: readonly number[]) => shape.reduce((size, length) => size * length, 1);
const learningRates = [0.1, 0.05, 0.02];
const groups = [{ weightDecay: 0 }, { weightDecay: 0.1, learningRateFactor: 0.5 }];
const decay = -0.8;

type Options = Omit<AdafactorInput, 'state' | 'members'>;

const plain: Options = { epsilon: [1e-30, 1e-3], clipThreshold: 1, beta1: null, scaleParameter: false };
const full: Options = { epsilon: [1e-20, 1e-2], clipThreshold: 0.5, beta1: 0.9, scaleParameter: true };

function makeParameter(shape: readonly number[], { beta1 }: Options): AdafactorParameter {
  const elements = product(shape);
  const zeros = (size: number) => uploadFloats(gpu, new Float32Array(size), 'f32', 'zeros');
  return {
    shape,
    weights: uploadFloats(gpu, normalNumbers(elements, 1), 'f32', 'weights'),
    gradients: zeros(elements),
    ...(shape.length < 2
      ? { squares: zeros(elements) }
      : { rows: zeros(product(shape.slice(0, -1))), columns: zeros(elements / (shape.at(-2) ?? 1)) }),
    ...(beta1 !== null && { average: zeros(elements) }),
    id: 1,
  };
}

/** Three updates, of which a member may miss the second. */
async function compare(shape: readonly number[], options: Options, { magnitude = 1, misses = false } = {}) {
  const elements = product(shape);
  const parameter = makeParameter(shape, options);
  const corrections = (update: number) => ({ divisor: 1, correction: update ** decay });
  const state = createOptimizerState(gpu, { learningRates, groups, corrections, maxGradNorm: 0 });
  const members = misses ? new OptimizerMembers(gpu, [0, 1], [0, 0]) : undefined;
  const reference = {
    shape,
    weights: Float64Array.from(normalNumbers(elements, 1)),
    rows: new Float64Array(product(shape.slice(0, -1))),
    columns: new Float64Array(elements / (shape.at(-2) ?? 1)),
    squares: new Float64Array(elements),
    average: new Float64Array(elements),
  };
  // What the norm is of has a length of 64; here it only decides that all is finite.
  const segment = { gradients: uploadFloats(gpu, new Float32Array(64), 'f32', 'gradients'), length: 64 };
  let own = 0;
  for (const [update, rate] of learningRates.entries()) {
    const gradients = normalNumbers(elements, 10 + update).map((value, index) =>
      index % 7 === 3 ? 0 : magnitude * value,
    );
    const takesPart = !misses || update !== 1;
    gpu.write(parameter.gradients, gradients);
    members?.setTakingPart([true, takesPart]);
    decideUpdate(gpu, { state, segments: [segment], members });
    adafactorUpdate(gpu, parameter, { ...options, state, members });
    gpu.flush();
    if (!takesPart) continue;
    const beta2 = 1 - (++own) ** decay;
    adafactorReference(reference, gradients, { ...options, rate: rate * 0.5, weightDecay: 0.1, beta2 });
  }
  const weights = await readFloats(gpu, parameter.weights, elements);
  const largest = reference.weights.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  expectClose(weights, reference.weights, { roundings: 60, magnitude: largest }, `weights of ${shape.join(' x ')}`);
  const { shape: _, id: __, ...arrays } = parameter;
  for (const array of [...Object.values(arrays), segment.gradients]) if (array) gpu.release(array);
  members?.dispose();
  state.dispose();
  return weights;
}

describe('adafactorUpdate', () => {
  it.each([
    [[1]],
    [[17]],
    [[129]],
    [[1, 1]],
    [[3, 1]],
    [[1, 17]],
    [[17, 63]],
    [[65, 129]],
    [[2, 3, 17]],
    [[3, 2, 5, 4]],
  ])('equals its reference over %j', async (shape) => {
    await compare(shape, plain);
    await compare(shape, full);
  });

  it('adds over many rows and columns in one order', async () => {
    const first = await compare([1000, 130], plain);
    expect(await compare([1000, 130], plain)).toEqual(first);
    await compare([70_000], plain);
  });

  it('takes more matrices than workgroups go along one dimension', async () => {
    using nullGpu = await openDevice({ backend: 'null' });
    const counts: (readonly number[])[] = [];
    nullGpu.dispatch = ({ workgroups }) => void counts.push(workgroups);
    using state = createOptimizerState(nullGpu, { learningRates, groups });
    const of = (length: number) => nullGpu.allocate('f32', length, 'array');
    const arrays = { weights: of(70_000), gradients: of(70_000), rows: of(70_000), columns: of(70_000) };
    adafactorUpdate(nullGpu, { ...arrays, shape: [70_000, 1, 1], id: 0 }, { ...plain, state });
    expect(Math.max(...counts.flat())).toBeLessThanOrEqual(65_535);
  });

  it('has the same results where workgroups go along two dimensions, the last ones beyond the end', async () => {
    const { dispatch } = gpu;
    gpu.dispatch = (given) => {
      const [x, y] = given.workgroups;
      const spread = /Rows|Columns|RowFactors/.test(given.program.key) && y === 1;
      dispatch.call(gpu, spread ? { ...given, workgroups: [Math.ceil(x / 2), 2, 1] } : given);
    };
    try {
      await compare([3, 5, 17], full);
    } finally {
      gpu.dispatch = dispatch;
    }
  });

  it('takes gradients of any size', async () => {
    for (const magnitude of [1e-12, 1e12]) await compare([17, 63], plain, { magnitude });
    await compare([17, 63], plain, { magnitude: 0 });
    await compare([17], plain, { magnitude: 0 });
  });

  it('leaves a member that takes no part as it is', async () => {
    await compare([17, 63], full, { misses: true });
    await compare([63], plain, { misses: true });
  });

  it('does nothing without elements, and refuses what is missing', () => {
    using state = createOptimizerState(gpu, { learningRates, groups });
    const input = { ...plain, state };
    const parameter = makeParameter([3, 5], plain);
    expect(() => adafactorUpdate(gpu, { ...parameter, rows: undefined }, input)).toThrow(KernelArgumentError);
    expect(() => adafactorUpdate(gpu, { ...parameter, shape: [15] }, input)).toThrow(/1 dimensions needs squares/);
    expect(() => adafactorUpdate(gpu, { ...parameter, shape: [3, 600] }, input)).toThrow(/adafactor: weights/);
    adafactorUpdate(gpu, { ...parameter, shape: [0, 5] }, input);
  });
});
