import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../device.ts';
import * as api from '../index.ts';
import type { Shape } from '../shape.ts';
import { Tensor } from '../tensor.ts';
import { goldenNumbers } from '../testing/torchCases.ts';

interface Mask {
  readonly shape: Shape;
  readonly dtype: 'bool' | 'f32';
  readonly values: readonly (number | string)[];
}
interface ModuleCase {
  readonly module: string;
  readonly options: Readonly<Record<string, unknown>> | readonly (readonly [string, Record<string, unknown>])[];
  readonly shapes: readonly Shape[];
  readonly call: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, { readonly shape: Shape; readonly data: readonly number[] }>>;
  readonly outputs: readonly Shape[];
  readonly values: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly inputGradients: readonly (readonly number[])[];
}
type Called = api.Module & { forward(...given: unknown[]): Tensor | readonly (Tensor | null)[] };
type Options = Record<string, unknown>;

const cases = JSON.parse(
  readFileSync(new URL('../../golden/torch_modules.json', import.meta.url), 'utf8'),
) as readonly ModuleCase[];
const classes = api as unknown as Readonly<Record<string, new (...options: unknown[]) => Called>>;

function build(name: string, options: ModuleCase['options']): Called {
  const made = (own: string, given: unknown) => build(own, given as Options);
  if (name === 'Sequential')
    return new classes['Sequential']!(...(options as [string, Options][]).map(([part, given]) => made(part, given)));
  if (name === 'TransformerEncoder') {
    const { encoderLayer, norm, numLayers } = options as Options;
    return new classes['TransformerEncoder']!({
      encoderLayer: made('TransformerEncoderLayer', encoderLayer),
      norm: norm ? made('LayerNorm', norm) : null,
      numLayers,
    });
  }
  return new classes[name]!(options);
}

const maskOf = (given: unknown): unknown => {
  if (typeof given !== 'object' || given === null) return given;
  const { shape, dtype, values } = given as Mask;
  return api.tensor(values.map(Number), { shape, dtype });
};

function inputsOf({ module, options, shapes }: ModuleCase): Tensor[] {
  const { numEmbeddings = 1 } = options as { readonly numEmbeddings?: number };
  return shapes.map((shape, index) => {
    const numbers = goldenNumbers(shape, 37, 11 + 5 * index, 23);
    if (module !== 'Embedding') return api.tensor(numbers, { shape, requiresGrad: true });
    return api.tensor(
      Int32Array.from(numbers, (number) => (8 * number + 11) % numEmbeddings),
      { shape },
    );
  });
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], roundings: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const bound = roundings * 2 ** -24 * Math.max(1, ...expected.map(Math.abs));
  for (const [index, value] of expected.entries())
    expect(Math.abs((actual[index] as number) - value), `${what} ${index}`).toBeLessThanOrEqual(bound);
}

beforeAll(() => defaultDevice());

describe('modules equal those of torch.nn', () => {
  it.each(
    cases.map((entry) => {
      const text = (value: unknown) => JSON.stringify(value);
      const masks = Object.keys(entry.call).join(' ');
      return [`${entry.module} ${text(entry.options)} of ${text(entry.shapes)} ${masks}`, entry] as const;
    }),
  )('%s', async (_, entry) => {
    api.setSeed(7);
    const module = build(entry.module, entry.options);
    const state = await module.stateDict();
    expect([...state.keys()].toSorted()).toEqual(Object.keys(entry.state).toSorted());
    for (const [name, { shape, data }] of state) {
      expect(shape, name).toEqual(entry.state[name]?.shape);
      expectClose(data, entry.state[name]?.data ?? [], 4, name);
    }
    module.loadStateDict(
      Object.entries(entry.state).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
    );
    const inputs = inputsOf(entry);
    const given = entry.module === 'MultiheadAttention' && inputs.length === 1 ? Array(3).fill(inputs[0]) : inputs;
    const call = Object.fromEntries(Object.entries(entry.call).map(([name, value]) => [name, maskOf(value)]));
    const result = module.forward(...given, ...(Object.keys(call).length > 0 ? [call] : []));
    const outputs = (result instanceof Tensor ? [result] : result).filter((output) => output !== null);
    expect(outputs.map(({ shape }) => shape)).toEqual(entry.outputs);
    const flat = api.concat(outputs.map((output) => api.flatten(output)));
    expectClose(await flat.data(), entry.values, 32, 'value');
    if (!flat.requiresGrad) return;
    api.sum(api.mul(flat, api.tensor(goldenNumbers(flat.shape, 29, 5, 19)))).backward();
    for (const [name, parameter] of module.namedParameters()) {
      const gradient = (await parameter.grad?.data()) ?? new Float32Array(parameter.size);
      expectClose(gradient, entry.gradients[name] ?? [], 64, `gradient of ${name}`);
    }
    for (const [index, expected] of entry.inputGradients.entries())
      expectClose((await inputs[index]?.grad?.data()) ?? [], expected, 64, `gradient of input ${index}`);
  });
});
