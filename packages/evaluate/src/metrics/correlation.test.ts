import { expect, it } from 'vitest';
import { load, MetricInputError, MetricOptionError } from '../index.ts';
import { expectClose, golden } from '../testing/golden.ts';

async function correlations(predictions: number[], references: number[]) {
  const pearson = (await load('pearsonr')).compute({ predictions, references, returnPvalue: true });
  const spearman = (await load('spearmanr')).compute({ predictions, references, returnPvalue: true });
  return [
    [pearson.pearsonr, pearson['p-value']],
    [spearman.spearmanr, spearman.spearmanr_pvalue],
  ];
}

it('equals SciPy', async () => {
  expectClose(await correlations(golden.x!, golden.y!), [golden.pearson, golden.spearman]);
});

// pearsonr and spearmanr of SciPy 1.17.
it.each([
  [
    [1, 2, 3, 4, 5],
    [2.1, 3.9, 6.2, 8.0, 9.7],
    [0.9986737483530677, 5.7967736871509566e-5],
    [0.9999999999999999, 1.4042654220543602e-24],
  ],
  [
    [0.1, 0.4, 0.2, 0.9, 0.5, 0.7],
    [3, 1, 2, 5, 5, 4],
    [0.6372332198423024, 0.1735295987872492],
    [0.6667366910003157, 0.14808979944035283],
  ],
  [
    [5, 5, 4, 1, 1],
    [1, 2, 2, 3, 3],
    [-0.9039783574556965, 0.03519908389157431],
    [-0.9166666666666666, 0.028513958298827854],
  ],
  [
    [1e200, 2e200, 3e200, 5e200],
    [1, 2, 4, 3],
    [0.680336051416609, 0.319663948583391],
    [0.7999999999999999, 0.2000000000000001],
  ],
  [
    [1e-200, 2e-200, 3e-200, 5e-200],
    [1, 2, 4, 3],
    [0.680336051416609, 0.319663948583391],
    [0.7999999999999999, 0.2000000000000001],
  ],
  [
    [100000001.0, 100000002.0, 100000003.0, 100000005.0],
    [1, 2, 4, 3],
    [0.680336051416609, 0.319663948583391],
    [0.7999999999999999, 0.2000000000000001],
  ],
])('of %j and %j is as SciPy has it', async (predictions, references, pearson, spearman) => {
  expectClose(await correlations(predictions, references), [pearson, spearman]);
});

it.each([
  [
    [0.1, 0.1, 0.1],
    [1, 2, 3],
  ],
  [
    [1, 2, 3],
    [0.7, 0.7, 0.7],
  ],
  [Array.from({ length: 50 }, () => 3.3), Array.from({ length: 50 }, (_, index) => index)],
  [
    [1, 1],
    [1, 2],
  ],
])('a constant side has no correlation: %j, %j', async (predictions, references) => {
  expect(await correlations(predictions, references)).toEqual([
    [NaN, NaN],
    [NaN, NaN],
  ]);
});

it.each([
  [
    [1, 2, 3],
    [2, 4, 6],
  ],
  [
    [1, 2, 3, 4],
    [0.1, 0.2, 0.3, 0.4],
  ],
  [
    [0.1, 0.2, 0.7],
    [0.3, 0.5, 1.5],
  ],
  [
    [1e200, 2e200, 3e200],
    [1, 2, 3],
  ],
])('a perfect one is 1, with a p-value of 0: %j, %j', async (predictions, references) => {
  expect(await correlations(predictions, references)).toEqual([
    [1, 0],
    [1, 0],
  ]);
  const turned = references.map((value) => 5 - 3 * value);
  expect(await correlations(predictions, turned)).toEqual([
    [-1, 0],
    [-1, 0],
  ]);
});

it('two rows lie on a line, however near they are', async () => {
  expect(await correlations([1, 1 + 1e-14], [1, 2])).toEqual([
    [1, 1],
    [1, NaN],
  ]);
  expect(await correlations([1, 2], [3, 1])).toEqual([
    [-1, 1],
    [-1, NaN],
  ]);
});

it('what is nearly perfect is not rounded to 1', async () => {
  const [[pearson] = []] = await correlations([1, 2, 3, 4], [1, 2, 3, 4.00001]);
  expect(pearson).toBeLessThan(1);
  expect(pearson).toBeGreaterThan(0.99999999);
});

it('takes one number per row, and two rows at least', async () => {
  const pearson = await load('pearsonr');
  expect(() => pearson.compute({ predictions: [1], references: [1] })).toThrow(/at least two rows/);
  const wide = {
    predictions: [
      [1, 2],
      [3, 4],
    ],
    references: [
      [1, 2],
      [3, 4],
    ],
  };
  expect(() => pearson.compute(wide)).toThrow(MetricInputError);
  const rows = { predictions: [1, 2], references: [1, 2] };
  expect(() => pearson.compute({ ...rows, return_pvalue: true } as object)).toThrow(MetricOptionError);
  expect(() => pearson.compute({ ...rows, return_pvalue: true } as object)).toThrow('did you mean returnPvalue?');
});
