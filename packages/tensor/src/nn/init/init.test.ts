import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../../device.ts';
import { ShapeError, TensorError } from '../../errors.ts';
import { init, Mt19937, setSeed } from '../../index.ts';
import { sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { Parameter } from '../parameter/parameter.ts';

const golden = JSON.parse(readFileSync(new URL('../../../golden/torch_init.json', import.meta.url), 'utf8')) as {
  readonly gains: readonly [init.Nonlinearity, number | null, number][];
  readonly cases: readonly {
    readonly name: string;
    readonly shape: Shape;
    readonly options: Readonly<Record<string, unknown>>;
    readonly values: readonly number[];
  }[];
};
const functions = init as unknown as Readonly<Record<string, (parameter: Parameter, options?: unknown) => Parameter>>;
const parameterOf = (shape: Shape) => new Parameter(new Float32Array(sizeOf(shape)).fill(7), { shape });
/** Of these PyTorch rounds otherwise: vectorised logarithms and cosines, the QR decomposition. */
const rounded = (name: string) => /normal|orthogonal|sparse/i.test(name);

beforeAll(() => defaultDevice());

describe('init equals torch.nn.init', () => {
  it.each(
    golden.cases.map((entry) => [`${entry.name} ${JSON.stringify([entry.shape, entry.options])}`, entry] as const),
  )('%s', async (_, { name, shape, options, values }) => {
    setSeed(11);
    const parameter = parameterOf(shape);
    expect(functions[name]!(parameter, ...(Object.keys(options).length > 0 ? [options] : []))).toBe(parameter);
    const drawn = await parameter.data();
    const largest = Math.max(...values.map(Math.abs));
    for (const [index, value] of values.entries())
      expect(Math.abs((drawn[index] as number) - Math.fround(value)), `${index}`).toBeLessThanOrEqual(
        rounded(name) ? 8 * 2 ** -24 * largest : 0,
      );
  });

  it.each(golden.gains)('calculateGain of %s %s', (nonlinearity, param, gain) => {
    expect(init.calculateGain(nonlinearity, param ?? undefined)).toBeCloseTo(gain, 14);
  });
});

describe('init', () => {
  it('draws from the generator that is given', async () => {
    const generator = () => new Mt19937(3);
    const first = await init.normal(parameterOf([20]), { generator: generator() }).data();
    expect(await init.normal(parameterOf([20]), { generator: generator() }).data()).toEqual(first);
  });

  it('fills with one number', async () => {
    expect([...(await init.constant(parameterOf([3]), 0.5).data())]).toEqual([0.5, 0.5, 0.5]);
  });

  it.each<[Shape, number[]]>([
    [
      [2, 4],
      [1, 0, 0, 0, 0, 1, 0, 0],
    ],
    [
      [5, 2],
      [1, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    ],
    [
      [3, 1],
      [1, 0, 0],
    ],
  ])('has ones on the diagonal of %j only', async (shape, values) => {
    expect([...(await init.eye(parameterOf(shape)).data())]).toEqual(values);
  });

  it('makes orthonormal columns of a long matrix', async () => {
    const [rows, columns] = [64, 40];
    const q = await init.orthogonal(parameterOf([rows, columns])).data();
    for (let a = 0; a < columns; a++)
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let row = 0; row < rows; row++) product += q[row * columns + a]! * q[row * columns + b]!;
        expect(Math.abs(product - Number(a === b))).toBeLessThan(1e-6);
      }
  });

  it.each<[string, () => unknown, RegExp]>([
    ['no parameter', () => init.ones([1] as never), /init.ones: parameter must be a Parameter; got an array of 1/],
    [
      'another option',
      () => init.normal(parameterOf([2]), { stdd: 1 } as never),
      /init.normal has no option stdd; did you mean std\?/,
    ],
    [
      'a vector',
      () => init.xavierUniform(parameterOf([2])),
      /init.xavierUniform: a parameter of at least 2 dimensions is needed; this one is \[2\]/,
    ],
    ['a vector', () => init.orthogonal(parameterOf([2])), /init.orthogonal: a parameter of at least 2 dimensions/],
    ['three dimensions', () => init.eye(parameterOf([2, 2, 2])), /init.eye: a parameter of 2 dimensions is needed/],
    ['a range without numbers', () => init.truncNormal(parameterOf([2]), { a: 1, b: 1 }), /a must be below b/],
    [
      'an upside-down range',
      () => init.uniform(parameterOf([2]), { a: 1, b: 0 }),
      /a is 1 and b 0; a must not be above b/,
    ],
    [
      'no sparsity',
      () => init.sparse(parameterOf([2, 2]), {} as never),
      /init.sparse: sparsity must be a number from 0 to 1; got undefined/,
    ],
    [
      'another mode',
      () => init.kaimingNormal(parameterOf([2, 2]), { mode: 'fan_in' as never }),
      /mode must be one of 'fanIn', 'fanOut'; got "fan_in"/,
    ],
  ])('refuses %s', (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(/parameter of/.test(String(message)) ? ShapeError : TensorError);
  });
});
