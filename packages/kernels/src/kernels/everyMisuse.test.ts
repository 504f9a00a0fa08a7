import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as binaryMembers from './binary/members.ts';
import * as kernels from './index.ts';
import { loadVariants } from '../device/variantLoaders.ts';
import { KernelArgumentError } from '../errors.ts';
import type { Gpu } from '../gpu.ts';
import { GpuArray } from '../memory/gpuArray.ts';
import type { ElementType } from '../memory/gpuArray.ts';
import { openDevice } from '../openDevice.ts';
import * as unaryMembers from './unary/members.ts';

type Options = Readonly<Record<string, unknown>>;
type Kernel = (gpu: Gpu, options: unknown) => void;

let gpu: Gpu;
beforeAll(async () => {
  [gpu] = await Promise.all([openDevice(), loadVariants()]);
});
afterAll(() => gpu.destroy());

const [rows, columns] = [4, 8];
const of = (length: number, type: ElementType = 'f32') => gpu.allocate(type, length, 'array');
const matrix = () => of(rows * columns);
const row = () => of(columns);
const column = () => of(rows);
const scalar = () => of(1);
const random = () => ({ state: of(4, 'u32'), tokenKeys: of(rows, 'u32') });
const drops = () => ({ probability: 0.5, site: 1, random: random() });
const segments = () => kernels.uploadSegments(gpu, kernels.segmentIds(Uint32Array.of(0, 1, 1, 2)));
const size = { rows, columns };
const axis = { outer: 2, length: 4, inner: 4 };
const flat = { length: rows * columns };
const broadcast = () => ({ extents: [rows, columns], strides: { a: [columns, 1], b: [0, 1] } });
const indexed = () => ({ ...axis, places: 4, index: of(32, 'i32'), strides: { outer: 16, place: 4, inner: 1 } });
const heads = () => ({
  cuSeqlens: of(2, 'u32'),
  totalTokens: rows,
  numSequences: 1,
  maxSeqlen: rows,
  numHeads: 2,
  headSize: 4,
  scale: 0.5,
  dropout: drops(),
  variant: 'byRow',
  query: matrix(),
  key: matrix(),
  value: matrix(),
  output: matrix(),
  logSumExp: of(2 * rows),
});
const classes = () => ({
  input: matrix(),
  isLogits: true,
  target: column(),
  classWeights: row(),
  outer: rows,
  classes: columns,
  inner: 1,
  labelSmoothing: 0.1,
  ignoreIndex: -100,
});

/** A call of every kernel, with all of its options. */
const calls: Readonly<Record<string, () => Options>> = {
  embeddingSum: () => ({ tables: [matrix()], ids: [of(rows, 'u32')], output: matrix(), ...size }),
  embeddingBackward: () => ({
    gradOutput: matrix(),
    gradTable: matrix(),
    segments: segments(),
    accumulate: true,
    ...size,
  }),
  softmax: () => ({ input: matrix(), output: matrix(), log: true, variant: 'thread', ...size }),
  softmaxBackward: () => ({
    gradOutput: matrix(),
    output: matrix(),
    gradInput: matrix(),
    log: true,
    variant: 'thread',
    ...size,
  }),
  crossEntropy: () => ({
    logits: matrix(),
    labels: of(rows, 'i32'),
    loss: scalar(),
    gradLogits: matrix(),
    rows,
    classes: columns,
    labelSmoothing: 0.1,
    ignoreIndex: -100,
    weight: 1,
    accumulate: true,
    variant: 'thread',
  }),
  classLoss: () => ({ ...classes(), target: of(rows, 'i32'), losses: column(), facts: of(4 * rows), lanes: 1 }),
  classLossTotal: () => ({
    losses: column(),
    facts: of(4 * rows),
    rows,
    factor: 1,
    loss: scalar(),
    scale: scalar(),
  }),
  classLossBackward: () => ({
    ...classes(),
    target: of(rows, 'i32'),
    facts: of(4 * rows),
    gradOutput: scalar(),
    scale: scalar(),
    ofProbabilities: false,
    gradient: matrix(),
  }),
  meanSquaredError: () => ({
    predictions: matrix(),
    targets: matrix(),
    loss: scalar(),
    gradPredictions: matrix(),
    weight: 1,
    accumulate: true,
    ...flat,
  }),
  binaryCrossEntropyWithLogits: () => ({
    logits: matrix(),
    targets: matrix(),
    loss: scalar(),
    gradLogits: matrix(),
    weight: 1,
    accumulate: true,
    ...flat,
  }),
  gelu: () => ({ input: matrix(), output: matrix(), ...flat }),
  geluBackward: () => ({ gradOutput: matrix(), input: matrix(), gradInput: matrix(), ...flat }),
  geluBackwardWithBias: () => ({
    gradOutput: matrix(),
    input: matrix(),
    gradInput: matrix(),
    gradBias: row(),
    accumulate: true,
    ...size,
  }),
  tanh: () => ({ input: matrix(), output: matrix(), ...flat }),
  tanhBackward: () => ({ gradOutput: matrix(), output: matrix(), gradInput: matrix(), ...flat }),
  cast: () => ({ input: matrix(), output: of(32, 'f16'), ...flat }),
  dropout: () => ({ input: matrix(), output: matrix(), dropout: drops(), ...size }),
  uniformNoise: () => ({ input: matrix(), output: matrix(), magnitude: 1, site: 1, random: random(), ...size }),
  add: () => ({ a: matrix(), b: matrix(), output: matrix(), ...flat }),
  multiply: () => ({ a: matrix(), b: matrix(), output: matrix(), ...flat }),
  scale: () => ({ input: matrix(), output: matrix(), factor: 2, ...flat }),
  scaleRepeated: () => ({
    input: row(),
    output: matrix(),
    factor: 2,
    ...flat,
    broadcast: { extents: [rows, columns], strides: { input: [0, 1] } },
  }),
  accumulate: () => ({ value: matrix(), target: matrix(), factor: 2, ...flat }),
  unary: () => ({ function: unaryMembers.exp, input: matrix(), output: matrix(), p: 1, q: 2, ...flat }),
  unaryBackward: () => ({
    function: unaryMembers.exp,
    gradOutput: matrix(),
    input: matrix(),
    gradInput: matrix(),
    p: 1,
    q: 2,
    ...flat,
  }),
  binary: () => ({
    function: binaryMembers.sub,
    a: matrix(),
    b: row(),
    output: matrix(),
    broadcast: broadcast(),
    ...flat,
  }),
  binaryBackward: () => {
    const strides = { ...broadcast().strides, gradOutput: [columns, 1] };
    return {
      function: binaryMembers.sub,
      by: 'a',
      gradOutput: matrix(),
      a: matrix(),
      b: row(),
      gradInput: matrix(),
      broadcast: { ...broadcast(), strides },
      ...flat,
    };
  },
  where: () => {
    const strides = { ...broadcast().strides, condition: [columns, 1] };
    return {
      condition: of(32, 'u32'),
      a: matrix(),
      b: row(),
      output: matrix(),
      broadcast: { ...broadcast(), strides },
      ...flat,
    };
  },
  fill: () => ({ output: matrix(), value: 1, ...flat }),
  gatherRows: () => ({ input: matrix(), indices: of(rows, 'u32'), output: matrix(), ...size }),
  scatterRows: () => ({ input: matrix(), segments: segments(), output: matrix(), outputRows: 3, ...size }),
  argmax: () => ({ input: matrix(), output: of(rows, 'i32'), ...size }),
  layerNorm: () => ({
    input: matrix(),
    residual: matrix(),
    dropout: drops(),
    weight: row(),
    bias: row(),
    output: matrix(),
    half: of(32, 'f16'),
    sum: matrix(),
    mean: column(),
    reciprocalStd: column(),
    epsilon: 1e-5,
    variant: 'rowPerInvocation',
    ...size,
  }),
  layerNormBackward: () => ({
    gradOutput: matrix(),
    sum: matrix(),
    mean: column(),
    reciprocalStd: column(),
    weight: row(),
    gradSum: matrix(),
    gradInput: matrix(),
    dropout: drops(),
    gradWeight: row(),
    gradBias: row(),
    accumulate: true,
    variant: 'rowPerInvocation',
    ...size,
  }),
  attention: heads,
  attentionBackward: () => ({
    ...heads(),
    gradOutput: matrix(),
    gradQuery: matrix(),
    gradKey: matrix(),
    gradValue: matrix(),
  }),
  gemm: () => ({
    a: matrix(),
    b: matrix(),
    output: of(columns * columns),
    m: columns,
    n: columns,
    k: rows,
    layout: 'TN',
    alpha: 1,
    accumulate: false,
    bias: row(),
    activation: 'gelu',
    preActivation: of(columns * columns),
    replacesPreActivation: false,
    columnSums: { output: row(), accumulate: false },
    variant: 'register',
    tile: 'small',
    splits: 1,
    packing: false,
  }),
  columnSum: () => ({ input: matrix(), output: row(), accumulate: true, ...size }),
  stridedCopy: () => ({
    input: matrix(),
    output: matrix(),
    shape: [columns, rows],
    from: { strides: [1, columns], offset: 0 },
    to: { strides: [rows, 1], offset: 0 },
    tiled: false,
  }),
  reduce: () => ({ member: 'variance', input: of(32), output: of(8), center: of(8), factor: 1, power: 2, ...axis }),
  reduceBackward: () => ({
    member: 'deviation',
    gradOutput: of(8),
    input: of(32),
    gradInput: of(32),
    first: of(8),
    second: of(8),
    factor: 1,
    power: 2,
    productLanes: 1,
    ...axis,
  }),
  argReduce: () => ({ input: of(32), output: of(8, 'i32'), least: true, ...axis }),
  argSort: () => ({ input: of(32), output: of(32, 'i32'), descending: true, variant: 'share', ...axis }),
  cumsum: () => ({ input: of(32), output: of(32), reversed: true, variant: 'thread', ...axis }),
  gather: () => ({ input: of(32), output: of(32), ...indexed() }),
  scatterAdd: () => ({ input: of(32), order: of(32, 'i32'), output: of(32), ...indexed() }),
};

const kernelOf = (name: string) => (kernels as unknown as Readonly<Record<string, Kernel>>)[name]!;

/** What is wrong in place of a value, by what it is. */
function wrongFor(value: unknown): unknown[] {
  const never = ['colour', null, Symbol('wrong')];
  if (typeof value === 'number') return [...never, 'NaN', [1], {}, true];
  if (typeof value === 'boolean') return [...never, 0, 1, 'no', {}];
  if (typeof value === 'string') return ['colour', null, 0, true, {}];
  if (value instanceof GpuArray) return [...never, [], {}, new Float32Array(32), true];
  return [...never, 0, 1, true, {}, []];
}

/**
 * Every way to pass something else in one place, with its name; objects
 * inside are gone through too.
 */
function* misused(options: Options, path = ''): Generator<readonly [string, Options]> {
  yield [`${path}unknown`, { ...options, unknown: 1 }];
  for (const [name, value] of Object.entries(options)) {
    for (const wrong of wrongFor(value)) yield [`${path}${name}`, { ...options, [name]: wrong }];
    if (typeof value !== 'object' || value === null || ['function', 'segments'].includes(name)) continue;
    if (Object.getPrototypeOf(value) !== Object.prototype) continue;
    for (const [place, changed] of misused(value as Options, `${path}${name}.`))
      yield [place, { ...options, [name]: changed }];
  }
}

it('there is a call of every kernel', () => {
  const others = ['loadVariants', 'addAttentionCandidates', 'uploadSegments', 'segmentIds', 'constantSlope'];
  others.push('binaryResult', 'unaryResult', 'contiguousStrides', 'LayerNormSums', 'largestHead');
  const all = Object.keys(kernels).filter((name) => !others.includes(name));
  expect(Object.keys(calls).toSorted()).toEqual(all.toSorted());
});

describe.each(Object.keys(calls))('%s', (name) => {
  it('takes what is right', () => {
    kernelOf(name)(gpu, calls[name]!());
  });

  it('names the wrong option', () => {
    const options = calls[name]!();
    for (const [place, changed] of misused(options)) {
      let told: unknown;
      try {
        kernelOf(name)(gpu, changed);
      } catch (error) {
        told = error;
      }
      const last = place.split('.').at(-1) as string;
      expect(told, place).toBeInstanceOf(KernelArgumentError);
      expect((told as Error).message, place).toMatch(new RegExp(`^${name}.*\\b${last}\\b`));
    }
  });

  it('refuses unknown options, and missing ones', () => {
    const call = (options: unknown) => () => kernelOf(name)(gpu, options);
    for (const none of [undefined, null, 3, [], new Map()])
      expect(call(none)).toThrow(new RegExp(`^${name} takes its options as an object, \\{ \\w+, \\w+, \\w+`));
    expect(call({})).toThrow(KernelArgumentError);
    expect(call({})).toThrow(new RegExp(`^${name}: \\w+ must be`));
  });
});
