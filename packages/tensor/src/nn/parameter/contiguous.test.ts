import { beforeAll, describe, expect, it } from 'vitest';
import { autocast } from '../../autograd/autocast.ts';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { TensorError } from '../../errors.ts';
import { mul } from '../../functional/elementwise/binary.ts';
import { tensor } from '../../functional/creation/create.ts';
import { linear, fusedLinear } from '../../functional/products/linear.ts';
import { sum } from '../../functional/reductions/reductions.ts';
import { AdamW } from '../../optim/adamW.ts';
import type { AdamWOptions } from '../../optim/adamWOptions.ts';
import { Mt19937 } from '../../random/mt19937.ts';
import type { Tensor } from '../../tensor.ts';
import { Parameter } from './parameter.ts';
import { makeContiguous, areContiguous } from './contiguous.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const [rows, inner] = [5, 64];
const outs = [64, 128, 64];
const total = 256;

/**
 * Weights [out, 64] and biases [out] of three layers, side by side or not; the same values every
 * time.
 */
function makeLayers({ contiguous }: { readonly contiguous: boolean }) {
  const random = new Mt19937(5);
  const weights = outs.map((out) => new Parameter(random.normal(out * inner), { shape: [out, inner], device }));
  const biases = outs.map((out) => new Parameter(random.normal(out), { shape: [out], device }));
  for (const weight of weights) weight.isMatrixOperand = true;
  if (contiguous) for (const parameters of [weights, biases]) makeContiguous(parameters);
  const dispose = () => {
    for (const parameter of [...weights, ...biases]) parameter.dispose();
  };
  return { weights, biases, parameters: [...weights, ...biases], dispose };
}

type Layers = ReturnType<typeof makeLayers>;

const random = new Mt19937(6);
const inputValues = random.normal(rows * inner);
const weighting = random.normal(rows * total);
/** The columns of each layer in the merged result. */
const columnsOf = (layer: number) => ({
  first: outs.slice(0, layer).reduce((before, out) => before + out, 0),
  out: outs[layer] as number,
});

/** A number that depends on every element of the merged result, and backward from it. */
const merged = ({ weights, biases }: Layers, x: Tensor) =>
  device.scope(() => {
    const output = fusedLinear(x, weights, biases);
    sum(mul(output, tensor(weighting, { shape: [rows, total], device }))).backward();
    device.retain(output.array);
    return output;
  });

/** The same, layer by layer. */
const oneByOne = ({ weights, biases }: Layers, x: Tensor) =>
  outs.map((out, layer) =>
    device.scope(() => {
      const output = linear(x, weights[layer]!, biases[layer]!);
      const { first } = columnsOf(layer);
      const part = Float32Array.from(
        { length: rows * out },
        (_, index) => weighting[Math.floor(index / out) * total + first + (index % out)]!,
      );
      sum(mul(output, tensor(part, { shape: [rows, out], device }))).backward();
      device.retain(output.array);
      return output;
    }),
  );

const makeInput = () => tensor(inputValues, { shape: [rows, inner], device, requiresGrad: true });
const gradients = (layers: Layers, x: Tensor) =>
  Promise.all([x, ...layers.parameters].map(async ({ grad }) => (await grad?.data()) ?? null));

function expectAlike(
  actual: ArrayLike<number> | null | undefined,
  expected: ArrayLike<number> | null | undefined,
  what: string,
): void {
  expect(actual?.length, what).toBe(expected?.length);
  for (let index = 0; index < (expected?.length ?? 0); index++)
    expect(Math.abs(actual![index]! - expected![index]!), `${what} ${index}`).toBeLessThan(1e-4);
}

const optimizerOf = ({ parameters }: Layers, options: Partial<AdamWOptions> = {}) =>
  new AdamW(
    parameters.map((parameter, index) => [`parameter ${index}`, parameter] as const),
    { lr: Float64Array.of(1e-3), weightDecay: 0, ...options },
  );

describe('contiguous parameters', () => {
  it.each([['all trained'], ['one frozen']])(
    'give the results and gradients of the layers one by one, %s',
    async (which) => {
      const [together, apart] = [makeLayers({ contiguous: true }), makeLayers({ contiguous: false })];
      if (which === 'one frozen') for (const { weights } of [together, apart]) weights[1]!.requiresGrad = false;
      const [x, y] = [makeInput(), makeInput()];
      const output = merged(together, x);
      const outputs = oneByOne(apart, y);
      const values = await output.data();
      for (const [layer, single] of outputs.entries()) {
        const { first, out } = columnsOf(layer);
        const own = Array.from(values).filter((_, index) => index % total >= first && index % total < first + out);
        expectAlike(own as number[], await single.data(), `layer ${layer}`);
        single.dispose();
      }
      const [actual, expected] = [await gradients(together, x), await gradients(apart, y)];
      expect(expected.filter((gradient) => gradient === null)).toHaveLength(which === 'one frozen' ? 1 : 0);
      for (const [index, gradient] of expected.entries()) expectAlike(actual[index], gradient, `gradient ${index}`);
      for (const { dispose } of [together, apart]) dispose();
      for (const disposed of [x, y, output]) disposed.dispose();
    },
  );

  it.each([[false], [true]])(
    'stay in a row while they are trained and afterwards, mixed precision %s',
    async (fp16) => {
      const layers = makeLayers({ contiguous: true });
      const values = async () => Promise.all(layers.parameters.map((parameter) => parameter.data()));
      const before = await values();
      const optimizer = optimizerOf(layers, { fp16 });
      const isContiguous = () => areContiguous(layers.weights) && areContiguous(layers.biases);
      expect(isContiguous()).toBe(true);
      expect(await values()).toEqual(before);
      optimizer.zeroGrad();
      const x = makeInput();
      const output = fp16 ? autocast(() => merged(layers, x)) : merged(layers, x);
      expect(output.dtype).toBe(fp16 ? 'f16' : 'f32');
      optimizer.step();
      const after = await values();
      // Every element has a gradient, and the first update of AdamW moves each by the learning
      // rate.
      for (const [index, own] of after.entries())
        for (const [element, value] of own.entries())
          expect(Math.abs(Math.abs(value - before[index]![element]!) - 1e-3)).toBeLessThan(1e-5);
      optimizer.dispose();
      expect(isContiguous()).toBe(true);
      expect(await values()).toEqual(after);
      for (const disposed of [x, output]) disposed.dispose();
      layers.dispose();
    },
  );

  it('are in none while an optimizer trains only some of them', () => {
    const layers = makeLayers({ contiguous: true });
    layers.weights[0]!.requiresGrad = false;
    const optimizer = optimizerOf(layers);
    expect([areContiguous(layers.weights), areContiguous(layers.biases)]).toEqual([false, true]);
    using x = makeInput();
    expect(() => fusedLinear(x, layers.weights, layers.biases)).toThrow(TensorError);
    optimizer.dispose();
    expect(areContiguous(layers.weights)).toBe(true);
    layers.dispose();
  });

  it('stay where they are when their sizes are not multiples of what arrays begin at', () => {
    const parameters = [65, 64].map((size) => new Parameter(new Float32Array(size), { shape: [size], device }));
    makeContiguous(parameters);
    expect(areContiguous(parameters)).toBe(false);
    for (const parameter of parameters) parameter.dispose();
  });

  it('give all memory back', () => {
    const { liveBytes } = device.memory;
    const layers = makeLayers({ contiguous: true });
    const optimizer = optimizerOf(layers);
    optimizer.dispose();
    layers.dispose();
    expect(device.memory.liveBytes).toBe(liveBytes);
  });
});
