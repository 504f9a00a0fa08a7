import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import byElement from '../../golden/torch_operations.json' with { type: 'json' };
import { gradcheck } from '../autograd/gradcheck.ts';
import { defaultDevice } from '../device.ts';
import * as api from '../index.ts';
import { sizeOf } from '../shape.ts';
import { exportedOperations } from '../testing/exportedOperations.ts';
import { callCase, readCases } from '../testing/torchCases.ts';
import type { TorchCase } from '../testing/torchCases.ts';

beforeAll(async () => {
  await defaultDevice();
});

const words = (text: string) => new Set(text.split(' '));

/** Held by tests of their own: what PyTorch draws, and what it has no counterpart for. */
const heldElsewhere: Readonly<Record<string, string>> = {
  tensor: 'create.test.ts',
  rand: 'create.test.ts',
  randn: 'create.test.ts',
  randint: 'create.test.ts',
  randperm: 'create.test.ts',
  bernoulli: 'create.test.ts',
  randLike: 'create.test.ts',
  randnLike: 'create.test.ts',
  // The same function as variance.
  var: '../autograd/gradcheck.test.ts',
  dropout: 'functional.test.ts',
  attention: 'functional.test.ts',
  attentionQkvPacked: 'functional.test.ts',
  packSequences: 'functional.test.ts',
};
const makers = words('zeros ones full arange linspace eye zerosLike onesLike fullLike');
const withoutGradient = words(
  'eq ne lt le gt ge logicalAnd logicalOr logicalNot isNan isFinite any all argMax argMin argSort oneHot',
);
/** Those that PyTorch refuses scalars of, and those whose definition needs a dimension. */
const withoutScalars = words(
  'tril triu concat pad diagonal chunk narrow select split indexSelect takeAlongDim scatterAdd gatherRows embeddingSum ' +
    'layerNorm linear matmul scaledDotProductAttention cosineEmbeddingLoss tripletMarginLoss crossEntropy nllLoss std variance',
);

const cases = ['table', 'shapes', 'reductions', 'products', 'losses'].flatMap((name) =>
  readCases(`torch_${name}.json`),
);
const elementwise = Object.keys({
  ...byElement.unary,
  ...byElement.tests,
  ...byElement.binary,
  ...byElement.comparisons,
});
const operations = [...exportedOperations().keys()].filter((name) => !Object.hasOwn(heldElsewhere, name));
const casesOf = (name: string) => cases.filter(({ operation }) => operation === name);
const isSpecial = ({ special, data }: TorchCase) =>
  special === true || data?.some((value) => typeof value === 'string') === true;

describe('the table of operations beside PyTorch', () => {
  it.each(operations)('has %s, with all that can be special', (name) => {
    const own = casesOf(name);
    expect(own.length, 'cases in golden/').toBeGreaterThan(0);
    if (makers.has(name)) return;
    const found = {
      gradients: own.some(({ gradients }) => gradients),
      scalars: own.some(({ shapes }) => shapes.some((shape) => shape.length === 0)),
      nothing: own.some(({ shapes, outputs }) => [...shapes, ...outputs].some((shape) => shape.includes(0))),
      types: own.some(({ dtype }) => dtype !== undefined),
      'NaN and infinities': name === 'oneHot' || elementwise.includes(name) || own.some(isSpecial),
    };
    expect(found).toEqual({
      gradients: !withoutGradient.has(name),
      scalars: found.scalars || !withoutScalars.has(name),
      nothing: true,
      types: true,
      'NaN and infinities': true,
    });
  });

  it('leaves to other tests what those have', () => {
    for (const [name, file] of Object.entries(heldElsewhere))
      expect(readFileSync(new URL(file, import.meta.url), 'utf8'), file).toMatch(new RegExp(`\\b${name}\\(`));
    expect(cases.filter(({ operation }) => !exportedOperations().has(operation))).toEqual([]);
  });
});

/** Numbers away from corners: positive, no two alike, none near a whole one or a half. */
const smooth = (length: number, input: number) =>
  Float32Array.from(
    { length },
    (_, index) => Math.floor(((index * 7 + input * 3) % 12) / 4) + 0.1 + ((index * 0.618 + input * 0.17) % 1) * 0.3,
  );

const costOf = ({ shapes }: TorchCase) => shapes.reduce((total, shape) => total + sizeOf(shape), 0);
/** Cases with gradients, of at least two elements, those of the fewest first. */
const smallest = (name: string) =>
  casesOf(name)
    .filter(({ gradients, shapes }) => gradients && shapes.every((shape) => sizeOf(shape) > 0))
    .filter((entry) => costOf(entry) >= 2)
    .toSorted((a, b) => costOf(a) - costOf(b));

const call = (entry: TorchCase, given: readonly api.Tensor[]): api.Tensor => {
  const floats = callCase(entry, given).filter(({ dtype }) => dtype === 'f32' || dtype === 'f16');
  const flat = floats.map((output) => api.cast(api.flatten(output), 'f32'));
  return flat.length === 1 ? (flat[0] as api.Tensor) : api.concat(flat);
};

describe('gradients are those of finite differences', () => {
  it.each(operations.filter((name) => !makers.has(name) && !withoutGradient.has(name)))('%s', async (name) => {
    for (const entry of smallest(name)) {
      const inputs = entry.shapes.map((shape, index) =>
        api.tensor(smooth(sizeOf(shape), index), { shape, requiresGrad: true }),
      );
      const values = await call(entry, inputs).data();
      // The variance of one element is NaN.
      if (!values.every(Number.isFinite)) continue;
      await gradcheck((...given) => call(entry, given), inputs, { step: 0.004 });
      return;
    }
    expect.fail('no case to check');
  });
});
