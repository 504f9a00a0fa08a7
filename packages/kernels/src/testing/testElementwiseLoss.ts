import { afterAll, beforeAll, expect, it } from 'vitest';
import { KernelArgumentError, openDevice } from '../index.ts';
import type { Gpu, GpuArray } from '../index.ts';
import { readFloats, staleOutput, uploadFloats } from './arrays.ts';
import { compileOnNull } from './compileOnNull.ts';
import { expectClose } from './expectClose.ts';
import type { Bound } from './expectClose.ts';
import { expectGradient } from './expectGradient.ts';

export interface LossCase {
  readonly input: Float32Array;
  readonly targets: Float32Array;
  readonly weight: number;
}

export interface LossArrays {
  readonly input: GpuArray;
  readonly targets: GpuArray;
  readonly loss: GpuArray;
  readonly gradient?: GpuArray;
}

/** A loss kernel that is a weighted sum over elements, with its reference. */
export interface LossUnderTest {
  /** Names in errors: of the kernel, and of what it compares with the targets. */
  readonly kernel: string;
  readonly inputName: string;
  readonly record: (
    gpu: Gpu,
    arrays: LossArrays,
    options: { length: number; weight: number; accumulate?: boolean },
  ) => void;
  readonly reference: (
    input: ArrayLike<number>,
    targets: ArrayLike<number>,
    weight: number,
  ) => { readonly loss: number; readonly gradient: Float64Array };
  readonly makeCase: (length: number, magnitude?: number) => LossCase;
  readonly magnitudes: readonly number[];
  readonly lossBound: (given: LossCase) => Bound;
  readonly gradientBound: (given: LossCase) => Bound;
}

/** Runs a kernel once; `before` is the initial value of the loss. */
async function runLoss(
  gpu: Gpu,
  record: LossUnderTest['record'],
  { input, targets, weight }: LossCase,
  { withGradient = true, before = NaN, accumulate = false } = {},
) {
  const arrays = {
    input: uploadFloats(gpu, input, 'f32', 'input'),
    targets: uploadFloats(gpu, targets, 'f32', 'targets'),
    loss: uploadFloats(gpu, [before], 'f32', 'loss'),
    gradient: staleOutput(gpu, input.length, 'f32', 'gradient'),
  };
  record(
    gpu,
    { ...arrays, gradient: withGradient ? arrays.gradient : undefined },
    { length: input.length, weight, accumulate },
  );
  const [loss = NaN] = await readFloats(gpu, arrays.loss, 1);
  const gradient = await readFloats(gpu, arrays.gradient, input.length);
  for (const array of Object.values(arrays)) gpu.release(array);
  return { loss, gradient };
}

/**
 * Declares the tests that every such kernel passes. Returns a way to run it, for tests of its own.
 */
export function testElementwiseLoss(tested: LossUnderTest) {
  const { record, reference, makeCase, magnitudes, lossBound, gradientBound } = tested;
  let gpu: Gpu;
  beforeAll(async () => {
    gpu = await openDevice();
  });
  afterAll(() => gpu.destroy());

  const run = (given: LossCase, options?: Parameters<typeof runLoss>[3]) => runLoss(gpu, record, given, options);

  const check = async (given: LossCase) => {
    const { loss, gradient } = await run(given);
    const expected = reference(given.input, given.targets, given.weight);
    expectClose([loss], [expected.loss], lossBound(given), `loss of ${given.input.length}`);
    expectClose(gradient, expected.gradient, gradientBound(given), `gradient of ${given.input.length}`);
  };

  for (const length of [1, 3, 17, 63, 65, 129, 512, 20_000])
    it(`equals the reference for ${length} elements`, () => check(makeCase(length)));

  it('keeps small and large magnitudes', async () => {
    for (const magnitude of magnitudes) await check(makeCase(129, magnitude));
  });

  it('adds micro-batches up', async () => {
    const [first, second] = [makeCase(17), makeCase(8)];
    const { loss } = await run(second, { before: (await run(first)).loss, accumulate: true });
    const lossOf = ({ input, targets, weight }: LossCase) => reference(input, targets, weight).loss;
    expectClose([loss], [lossOf(first) + lossOf(second)], { roundings: 32 });
  });

  it('gives 0 for no elements, and the same loss without a gradient', async () => {
    expect((await run(makeCase(0))).loss).toBe(0);
    const given = makeCase(65);
    const plain = await run(given, { withGradient: false });
    expect(plain.loss).toBe((await run(given)).loss);
    expect(plain.gradient.every(Number.isNaN)).toBe(true);
  });

  testWithoutRunning(tested, () => gpu);
  return run;
}

/** The tests that need no computation on the GPU. */
function testWithoutRunning({ kernel, inputName, record, reference, makeCase }: LossUnderTest, gpu: () => Gpu): void {
  it('has a reference whose gradient is its derivative', () => {
    const { input, targets, weight } = makeCase(9);
    expectGradient(
      (values) => reference(values, targets, weight).loss,
      input,
      reference(input, targets, weight).gradient,
    );
  });

  it('refuses what does not fit, naming it', () => {
    const arrays = allocateEight(gpu());
    expect(() => record(gpu(), arrays, { length: 9, weight: 1 })).toThrow(
      new RegExp(`${kernel}: ${inputName} .* 8 elements.*length 9`),
    );
    expect(() => record(gpu(), arrays, { length: 8, weight: Infinity })).toThrow(KernelArgumentError);
    for (const array of Object.values(arrays)) gpu().release(array);
  });

  it('compiles in every variant', () =>
    compileOnNull((nullGpu) => {
      const { gradient, ...arrays } = allocateEight(nullGpu);
      record(nullGpu, arrays, { length: 8, weight: 1 });
      record(nullGpu, { ...arrays, gradient }, { length: 8, weight: 1 });
    }));
}

function allocateEight(gpu: Gpu) {
  const allocate = (label: string) => gpu.allocate('f32', 8, label);
  return {
    input: allocate('input'),
    targets: allocate('targets'),
    loss: allocate('loss'),
    gradient: allocate('gradient'),
  };
}
