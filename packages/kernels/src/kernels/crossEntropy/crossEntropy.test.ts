import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { crossEntropy, KernelArgumentError, openDevice } from '../../index.ts';
import type { CrossEntropyVariant, Gpu } from '../../index.ts';
import { readFloats, staleOutput, uploadFloats } from '../../testing/arrays.ts';
import { compileOnNull } from '../../testing/compileOnNull.ts';
import { expectClose } from '../../testing/expectClose.ts';
import { expectGradient } from '../../testing/expectGradient.ts';
import { normalNumbers, uniformNumbers } from '../../testing/numbers.ts';
import { crossEntropyReference } from './reference.ts';

let gpu: Gpu;
beforeAll(async () => {
  gpu = await openDevice();
});
afterAll(() => gpu.destroy());

const variants = ['thread', 'workgroup'] as const;

interface Case {
  readonly logits: Float32Array;
  readonly labels: Int32Array;
  readonly rows: number;
  readonly classes: number;
  readonly weight: number;
  readonly labelSmoothing?: number;
  readonly ignoreIndex?: number;
  readonly variant?: CrossEntropyVariant;
}

function makeCase(rows: number, classes: number, { magnitude = 1, ignored = 0 } = {}): Case {
  const uniform = uniformNumbers(rows + classes);
  const labels = Int32Array.from({ length: rows }, () =>
    uniform() < ignored ? -100 : Math.floor(uniform() * classes),
  );
  return {
    logits: normalNumbers(rows * classes, rows, { deviation: magnitude }),
    labels,
    rows,
    classes,
    weight: 1 / Math.max(1, rows),
  };
}

async function run(options: Case, { gradient = true, before = NaN, accumulate = false } = {}) {
  const { rows, classes } = options;
  const arrays = {
    logits: uploadFloats(gpu, options.logits, 'f32', 'logits'),
    labels: gpu.upload(Int32Array.of(...options.labels, 0, 0, 0), 'i32', 'labels'),
    loss: uploadFloats(gpu, [before], 'f32', 'loss'),
    gradLogits: staleOutput(gpu, rows * classes, 'f32', 'gradLogits'),
  };
  crossEntropy(gpu, { ...options, ...arrays, gradLogits: gradient ? arrays.gradLogits : undefined, accumulate });
  const [loss = NaN] = await readFloats(gpu, arrays.loss, 1);
  const gradLogits = await readFloats(gpu, arrays.gradLogits, rows * classes);
  for (const array of Object.values(arrays)) gpu.release(array);
  return { loss, gradLogits };
}

/**
 * Additions that one term of a row goes through at most, and the error of WGSL's exp (3 + 2 |x|
 * units) and log.
 */
const roundings = (classes: number) => 16 + Math.min(64, classes) + Math.ceil(classes / 64);

async function check(options: Case) {
  const { loss, gradLogits } = await run(options);
  const expected = crossEntropyReference(options);
  const { logits, rows, classes, weight } = options;
  let size = 0;
  for (let row = 0; row < rows; row++) {
    const values = logits.subarray(row * classes, (row + 1) * classes);
    const spread =
      values.reduce((a, b) => Math.max(a, b), -Infinity) - values.reduce((a, b) => Math.min(a, b), Infinity);
    size += spread + Math.log(classes) + 1;
  }
  const what = `${rows} rows, ${classes} classes, ${options.variant}`;
  expectClose(
    [loss],
    [expected.loss],
    { roundings: roundings(classes) + 64, magnitude: Math.abs(weight) * size },
    `${what}: loss`,
  );
  // A probability times 1 + |its logarithm| is at most 1.
  expectClose(
    gradLogits,
    expected.gradLogits,
    { roundings: roundings(classes), magnitude: Math.abs(weight) },
    `${what}: gradient`,
  );
}

describe.each(variants)('crossEntropy, one row a %s', (variant) => {
  it('equals the reference for every shape', async () => {
    for (const size of [1, 3, 17, 63, 65, 129]) {
      await check({ ...makeCase(size, 2), variant });
      await check({ ...makeCase(5, size), variant });
    }
    await check({ ...makeCase(512, 9), variant });
    await check({ ...makeCase(2, 3000), variant });
  });
  it('smooths labels', async () => {
    for (const labelSmoothing of [0.1, 1])
      for (const classes of [1, 2, 17, 129]) await check({ ...makeCase(17, classes), labelSmoothing, variant });
  });
  it('ignores rows', async () => {
    await check({ ...makeCase(65, 3, { ignored: 0.5 }), variant });
    await check({ ...makeCase(65, 3, { ignored: 1 }), variant });
    await check({ ...makeCase(65, 3), ignoreIndex: 1, variant });
  });
  it('ignores labels that are not a class, and reads nothing for them', async () => {
    const labels = Int32Array.of(-1, 3, 2, 2 ** 30, -(2 ** 31));
    await check({ ...makeCase(5, 3), labels, variant });
  });
  it('keeps large magnitudes', async () => {
    for (const magnitude of [100, 1e4, 1e30])
      for (const labelSmoothing of [0, 0.1])
        await check({ ...makeCase(17, 65, { magnitude }), labelSmoothing, variant });
    const extreme = {
      logits: Float32Array.of(1e4, -1e4, -1e4, 1e4),
      labels: Int32Array.of(0, 0),
      rows: 2,
      classes: 2,
      weight: 1,
      variant,
    };
    await check(extreme);
    expect((await run(extreme)).loss).toBe(20000);
  });
  it('gives NaN for NaN logits', async () => {
    const bad = makeCase(3, 5);
    bad.logits[7] = NaN;
    const { loss, gradLogits } = await run({ ...bad, variant });
    expect(loss).toBe(NaN);
    expect(gradLogits.slice(5, 10)).toEqual(new Float32Array(5).fill(NaN));
    expect(gradLogits[0]).not.toBeNaN();
  });
});

describe('crossEntropy', () => {
  it('equals torch 2.13 with label smoothing and an ignored row', async () => {
    const torch = {
      logits: Float32Array.of(
        0.661,
        0.267,
        0.062,
        0.621,
        -0.452,
        -0.166,
        -1.523,
        0.382,
        -1.028,
        -0.563,
        -0.892,
        -0.058,
      ),
      labels: Int32Array.of(2, -100, 0),
      rows: 3,
      classes: 4,
      labelSmoothing: 0.1,
      weight: 1,
    };
    const expected = [
      0.289020623514, 0.18676108121, -0.752489403472, 0.276707698748, 0, 0, 0, 0, -0.76815301444, 0.224702626495,
      0.154696751421, 0.388753636524,
    ];
    const { loss, gradLogits } = await run(torch);
    expect(loss).toBeCloseTo(3.536431178397647, 5);
    expectClose(gradLogits, expected, { roundings: 16, magnitude: 1 });
  });

  it('adds micro-batches up', async () => {
    const [first, second] = [makeCase(17, 3), makeCase(8, 3)];
    const before = (await run(first)).loss;
    const { loss } = await run(second, { before, accumulate: true });
    expectClose([loss], [crossEntropyReference(first).loss + crossEntropyReference(second).loss], { roundings: 100 });
  });

  it('gives 0 for no rows, or leaves what is accumulated', async () => {
    const none = makeCase(0, 3);
    expect((await run(none)).loss).toBe(0);
    expect((await run(none, { before: 7, accumulate: true })).loss).toBe(7);
  });

  it('gives the same loss without a gradient', async () => {
    const options = makeCase(65, 3);
    const plain = await run(options, { gradient: false });
    expect(plain.loss).toBe((await run(options)).loss);
    expect(plain.gradLogits.every(Number.isNaN)).toBe(true);
  });

  it('takes more rows than a dispatch has workgroups along one dimension', () =>
    check({ ...makeCase(66_000, 1), variant: 'workgroup' }));

  it('gives the same bits on every run', async () => {
    const options = makeCase(5000, 3);
    expect(await run(options)).toEqual(await run(options));
  });

  it('has a reference whose gradient is its derivative', () => {
    const options = { ...makeCase(4, 5, { ignored: 0.3 }), labelSmoothing: 0.1 };
    const { gradLogits } = crossEntropyReference(options);
    expectGradient((logits) => crossEntropyReference({ ...options, logits }).loss, options.logits, gradLogits);
  });

  it('refuses what does not fit, naming it', () => {
    const [logits, loss] = [gpu.allocate('f32', 12, 'logits'), gpu.allocate('f32', 1, 'loss')];
    const labels = gpu.allocate('i32', 4, 'labels');
    const good = { logits, labels, loss, rows: 4, classes: 3, weight: 1 };
    expect(() => crossEntropy(gpu, { ...good, rows: 5 })).toThrow(
      'crossEntropy: logits (logits) has 12 elements; [rows 5, classes 3] needs 15',
    );
    expect(() => crossEntropy(gpu, { ...good, labels: loss })).toThrow('labels (loss) holds f32; it must hold i32');
    for (const bad of [
      { classes: 0 },
      { labelSmoothing: 2 },
      { weight: NaN },
      { ignoreIndex: 0.5 },
      { gradLogits: logits },
    ]) {
      expect(() => crossEntropy(gpu, { ...good, ...bad })).toThrow(KernelArgumentError);
    }
    for (const array of [logits, loss, labels]) gpu.release(array);
  });

  it('compiles in every variant', () =>
    compileOnNull((nullGpu) => {
      const float = (label: string) => nullGpu.allocate('f32', 12, label);
      const arrays = {
        logits: float('logits'),
        labels: nullGpu.allocate('i32', 4, 'labels'),
        loss: float('loss'),
        rows: 4,
        classes: 3,
        weight: 1,
      };
      for (const variant of variants)
        for (const gradLogits of [undefined, float('gradLogits')])
          crossEntropy(nullGpu, { ...arrays, gradLogits, variant });
    }));
});
