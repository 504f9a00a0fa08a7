import { beforeAll, describe, expect, it } from 'vitest';
import golden from '../../../golden/torch_operations.json' with { type: 'json' };
import { defaultDevice, sum, tensor } from '../../index.ts';
import type { Tensor } from '../../index.ts';
import * as activations from './activations.ts';
import * as binary from './binary.ts';
import * as comparisons from './comparisons.ts';
import * as unary from './unary.ts';

beforeAll(async () => {
  await defaultDevice();
});

/**
 * PyTorch's values, which it computed in float64; NaN and infinite ones are
 * texts, as JSON has none.
 */
const numbers = (values: readonly (number | string)[]): number[] =>
  values.map((value) =>
    Math.fround(typeof value === 'number' ? value : Number(value.replace('inf', 'Infinity').replace('nan', 'NaN'))),
  );

const special = numbers(golden.special);
const pairs = numbers(golden.pairs);
const column = pairs.map((value) => [value]);
/** Units in the last place that two libraries may differ by. */
const ulps = 8;
/** Below, f32 is subnormal, which adapters may take for 0. */
const smallest = 2 ** -126;

function expectNear(
  actual: ArrayLike<number>,
  expected: readonly number[],
  where: (index: number) => string,
  size: (index: number) => number = () => 0,
) {
  expect(actual.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) {
    const found = actual[index] as number;
    if (Object.is(found, value) || found === value) continue;
    const bound = ulps * 2 ** -23 * Math.max(Math.abs(value), size(index)) + smallest;
    const isNear = Number.isFinite(value) && Math.abs(found - value) <= bound;
    expect(isNear, `${where(index)}: ${found}, in PyTorch ${value}`).toBe(true);
  }
}

const functions: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  ...({ ...unary, ...activations } as unknown as Record<string, (x: Tensor) => Tensor>),
  geluTanh: (x) => activations.gelu(x, { approximate: 'tanh' }),
  clamp: (x) => unary.clamp(x, { min: -0.5, max: 1.5 }),
};
const ofTwo: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = { ...binary, ...comparisons } as never;

describe('operations have the values and gradients of PyTorch', () => {
  it.each(Object.entries(golden.unary))('%s', async (name, { value, gradient }) => {
    const x = tensor(special, { requiresGrad: true });
    const y = functions[name]!(x);
    y.backward(tensor(special.map(() => 1)));
    const at = (what: string) => (index: number) => `${what} at ${special[index]}`;
    // Below 0 it is a difference of numbers around 1, times x.
    const size = (index: number) => (name.startsWith('gelu') ? Math.min(8, Math.abs(special[index] as number)) : 0);
    expectNear(await y.data(), numbers(value), at('value'), size);
    const slopes = numbers(gradient);
    // gelu's kernel has the limits, where PyTorch multiplies infinity by 0.
    if (name === 'gelu') for (const end of [-Infinity, Infinity]) slopes[special.indexOf(end)] = Number(end > 0);
    expectNear(await x.grad!.data(), slopes, at('gradient'), () => 1);
  });

  it.each(Object.entries(golden.tests))('%s', async (name, values) => {
    expect([...(await functions[name]!(tensor(special)).data())]).toEqual(numbers(values));
  });

  it.each(Object.entries(golden.binary))('%s of all pairs, and its gradients', async (name, { value, gradients }) => {
    const y = ofTwo[name]!(tensor(column), tensor(pairs));
    const at = (index: number) => `${pairs[Math.floor(index / pairs.length)]}, ${pairs[index % pairs.length]}`;
    expectNear(await y.data(), numbers(value), at);
    const a = tensor([[0], [1], [2], [0.5]], { requiresGrad: true });
    const b = tensor([1, 2, 0.5], { requiresGrad: true });
    sum(ofTwo[name]!(a, b)).backward();
    expectNear(
      await a.grad!.data(),
      numbers(gradients[0]!),
      (index) => `gradient of a at ${index}`,
      () => 1,
    );
    expectNear(
      await b.grad!.data(),
      numbers(gradients[1]!),
      (index) => `gradient of b at ${index}`,
      () => 1,
    );
  });

  it.each(Object.entries(golden.comparisons))('%s of all pairs', async (name, values) => {
    expect([...(await ofTwo[name]!(tensor(column), tensor(pairs)).data())]).toEqual(numbers(values));
  });
});
