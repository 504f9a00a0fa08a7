import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import byElement from '../../golden/torch_operations.json' with { type: 'json' };
import { defaultDevice } from '../device.ts';
import { exportedOperations } from '../testing/exportedOperations.ts';
import { checkOperation } from '../testing/gradientTable.ts';
import { readCases } from '../testing/testTorchCases.ts';
import type { TorchCase } from '../testing/torchCases.ts';

beforeAll(async () => {
  await defaultDevice();
});

const words = (text: string) => new Set(text.split(' '));

/** Held by tests of their own: what PyTorch draws, and what it has no counterpart for. */
const heldElsewhere: Readonly<Record<string, string>> = {
  tensor: 'creation/create.test.ts',
  rand: 'creation/create.test.ts',
  randn: 'creation/create.test.ts',
  randint: 'creation/create.test.ts',
  randperm: 'creation/create.test.ts',
  bernoulli: 'creation/create.test.ts',
  randLike: 'creation/create.test.ts',
  randnLike: 'creation/create.test.ts',
  // The same function as variance.
  var: '../autograd/gradcheck.test.ts',
  dropout: 'normalisation/normalisation.test.ts',
  attention: 'attention/attention.test.ts',
  attentionQkvPacked: 'attention/attention.test.ts',
  packSequences: 'attention/attention.test.ts',
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

describe('gradients are those of finite differences', () => {
  it.each(operations.filter((name) => !makers.has(name) && !withoutGradient.has(name)))('%s', async (name) => {
    expect(await checkOperation(casesOf(name)), 'a case to check').toBe(true);
  });
});
