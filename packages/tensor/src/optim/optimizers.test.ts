import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '@attune/kernels';
import golden from '../../golden/optimizers.json' with { type: 'json' };
import { autocast } from '../autograd/autocast.ts';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import { mul } from '../functional/elementwise/binary.ts';
import { tensor } from '../functional/creation/create.ts';
import { sum } from '../functional/reductions/reductions.ts';
import { Linear } from '../nn/layers/linear.ts';
import { Parameter } from '../nn/parameter/parameter.ts';
import type { Tensor } from '../tensor.ts';
import { Adafactor } from './adafactor.ts';
import { AdamW } from './adamW.ts';
import { Adagrad } from './adagrad.ts';
import { Lion } from './lion.ts';
import type { Optimizer } from './optimizer.ts';
import type { OptimizerOptions } from './optimizerOptions.ts';
import type { Params } from './paramGroup.ts';
import { RMSprop } from './rmsprop.ts';
import { SGD } from './sgd.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const classes: Readonly<Record<string, new (params: Params, options: OptimizerOptions) => Optimizer>> = {
  AdamW,
  SGD,
  RMSprop,
  Adagrad,
  Lion,
  Adafactor,
};

type Values = Readonly<Record<string, readonly number[]>>;
type Name = keyof typeof golden.weights;
type Weights = Readonly<Record<Name, Parameter>>;

const names = ['a', 'b', 'c'] as const;

function makeWeights(values: Values = golden.weights): Weights {
  const parameter = (name: Name) =>
    new Parameter(Float32Array.from(values[name] ?? []), { shape: golden.shapes[name], device });
  return { a: parameter('a'), b: parameter('b'), c: parameter('c') };
}

interface Case {
  readonly name: string;
  readonly options: OptimizerOptions;
}

function make({ name, options }: Case, { a, b, c }: Weights, more: OptimizerOptions = {}): Optimizer {
  const Class = classes[name] as (typeof classes)[string];
  const half = typeof options.lr === 'number' ? { lr: options.lr / 2 } : {};
  const named = { params: [['b', b] as const, ['c', c] as const], weightDecay: 0, ...half };
  return new Class([{ params: [['a', a] as const] }, named], { ...options, ...more });
}

/** The update of this number: the gradients are those of torch, and one parameter misses one. */
function step(weights: Weights, optimizer: Optimizer, { options }: Case, number: number): void {
  if (number === 4 && options.lr !== undefined) for (const group of optimizer.paramGroups) group.lr /= 4;
  device.scope(() => {
    const given = golden.gradients[number] as Partial<Values>;
    let loss: Tensor | null = null;
    for (const name of names) {
      if (!given[name]) continue;
      const gradient = tensor(Float32Array.from(given[name]), { shape: golden.shapes[name], device });
      const part = sum(mul(weights[name], gradient));
      // One after the other: gradients of several losses add up.
      part.backward();
      loss = part;
    }
    if (loss) optimizer.recordLoss(loss);
  });
  void optimizer.step();
  optimizer.zeroGrad();
}

const valuesOf = async (weights: Weights) =>
  Object.fromEntries(await Promise.all(names.map(async (name) => [name, Array.from(await weights[name].data())])));

const cases = golden.cases as unknown as readonly (Case & { readonly final: Values })[];

describe.each(cases)('$name $options', (one) => {
  it('updates as the Python optimizer does', async () => {
    const weights = makeWeights();
    using optimizer = make(one, weights);
    for (let number = 0; number < 6; number++) step(weights, optimizer, one, number);
    const values = await valuesOf(weights);
    for (const name of names)
      for (const [index, expected] of (one.final[name] ?? []).entries())
        expect(Math.abs((values[name]?.[index] ?? NaN) - expected), `${name} ${index}`).toBeLessThan(3e-6);
  });

  it('continues from its state with the same bits', async () => {
    const whole = makeWeights();
    using through = make(one, whole);
    for (let number = 0; number < 6; number++) step(whole, through, one, number);
    const first = makeWeights();
    const before = make(one, first);
    for (let number = 0; number < 4; number++) step(first, before, one, number);
    const state = await before.stateDict();
    const resumed = makeWeights((await valuesOf(first)) as Values);
    before.dispose();
    using after = make(one, resumed);
    after.loadStateDict(state);
    for (let number = 4; number < 6; number++) step(resumed, after, one, number);
    expect(await valuesOf(resumed)).toEqual(await valuesOf(whole));
    expect(state.get('step.b')?.data[0]).toBe(3);
    const missing = [...state.keys()].find((name) => !name.startsWith('step.'));
    if (missing) {
      state.delete(missing);
      expect(() => after.loadStateDict(state)).toThrow(`the optimizer state has no ${missing}`);
    }
  });
});

describe('every optimizer', () => {
  // Elsewhere what other tests have left may be collected in between, and its memory released.
  let own: Device;
  beforeAll(async () => {
    own = await openDevice();
  });
  afterAll(() => own.destroy());

  it.each(Object.keys(classes))(
    '%s gives its memory back, skips what is not finite, and writes f16 copies',
    async (name) => {
      const lr = name === 'Adafactor' ? {} : { lr: 0.01 };
      const options = { ...lr, ...(name === 'RMSprop' && { momentum: 0.5, centered: true }) };
      const Class = classes[name] as (typeof classes)[string];
      const weight = new Parameter(
        Float32Array.from({ length: 15 }, (_, index) => index / 4 - 2),
        {
          shape: [3, 5],
          device: own,
        },
      );
      const layer = new Linear({ weight });
      const { liveBytes } = own.memory;
      const optimizer = new Class(layer.parameters(), { ...options, fp16: true, maxGradNorm: 1 });
      const before = Array.from(await weight.data());
      const run = (factor: number) =>
        own.scope(() => {
          const x = tensor(
            Float32Array.from({ length: 10 }, (_, index) => factor * (index - 4)),
            { shape: [2, 5], device: own },
          );
          const loss = sum(autocast(() => layer.forward(x)));
          loss.backward();
          const step_ = optimizer.step();
          optimizer.zeroGrad();
          return [loss.item(), step_] as const;
        });
      await run(NaN)[0];
      expect(Array.from(await weight.data())).toEqual(before);
      await run(1)[0];
      const after = Array.from(await weight.data());
      expect(after).not.toEqual(before);
      // What the next forward pass reads is the f16 copy of the new weights.
      const rows = [0, 1, 2].map((row) =>
        after.slice(5 * row, 5 * row + 5).reduce((total, value, index) => total + value * (index - 4 + index + 1), 0),
      );
      expect(await run(1)[0]).toBeCloseTo(
        rows.reduce((total, value) => total + value),
        1,
      );
      expect((await optimizer.records()).map(({ finite }) => finite)).toEqual([false, true, true]);
      optimizer.dispose();
      expect(own.memory.liveBytes).toBe(liveBytes);
      weight.dispose();
    },
  );

  it('takes what is undefined in a group as left out', async () => {
    const after = async (group: object) => {
      const parameter = new Parameter(Float32Array.of(1, -2), { shape: [2], device });
      const optimizer = new AdamW([{ params: [parameter], ...group }], { lr: 0.1, weightDecay: 0.5 });
      sum(mul(parameter, parameter)).backward();
      await optimizer.step();
      return [...(await parameter.data())];
    };
    expect(await after({ weightDecay: undefined, lr: undefined })).toEqual(await after({}));
  });

  it('says what it does not know, and what contradicts', () => {
    const { a } = makeWeights();
    expect(() => new SGD([a], { nesterov: true })).toThrow(/nesterov needs a momentum above 0/);
    expect(() => new SGD([a], { momentum: -1 })).toThrow(TensorError);
    expect(() => new SGD([a], { betas: [0.9, 0.99] } as object)).toThrow(/new SGD has no option betas/);
    expect(() => new Lion([a], { betas: [0.9, 1] })).toThrow(/betas must be two numbers/);
    expect(() => new RMSprop([a], { alphas: 0.9 } as object)).toThrow(/did you mean alpha/);
    expect(() => new Adagrad([a], { lr_decay: 0.1 } as object)).toThrow(/lrDecay/);
    expect(() => new Adafactor([a], { lr: 1 })).toThrow(/leave lr out, or set relativeStep to false/);
    expect(() => new Adafactor([a], { relativeStep: false })).toThrow(/lr is needed/);
    expect(() => new Adafactor([a], { lr: 1, relativeStep: false, warmupInit: true })).toThrow(/needs relativeStep/);
    expect(() => new Adafactor([], {})).toThrow(/no parameter was given/);
  });
});
