import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { DemoError } from './cli/demoError.ts';
import { predict, predictionLines, readLogits } from './predict.ts';

it('gives the probabilities of classes, in the order of their size', () => {
  const prediction = readLogits([0, Math.log(3)], ['no', 'maybe'], null);
  expect(prediction).toMatchObject({ label: 'maybe', probability: expect.closeTo(0.75, 9) as number });
  expect(predictionLines(prediction)).toEqual(['maybe   75.0%', 'no      25.0%']);
});

it('gives the score of a regression as it is', () => {
  expect(readLogits([2.5], ['LABEL_0'], 'regression')).toEqual({ score: 2.5 });
  expect(predictionLines(readLogits([-1], ['LABEL_0'], null))).toEqual(['score -1.0000']);
});

it('takes every label by itself where several can hold', () => {
  const prediction = readLogits([0, Math.log(3), Math.log(9)], ['a', 'b', 'c'], 'multi_label_classification');
  expect(prediction).toMatchObject({ labels: ['b', 'c'] });
  expect(predictionLines(prediction)).toEqual(['c   90.0%', 'b   75.0%', 'a   50.0%']);
});

it('refuses a model whose head was never trained, and says what to train', async () => {
  const ownMini = fileURLToPath(new URL('../../../packages/bert/golden/own-mini', import.meta.url));
  const asked = predict(ownMini, ['one', 'two']);
  await expect(asked).rejects.toThrow(DemoError);
  await expect(asked).rejects.toThrow(
    'no trained head to classify with (it lacks classifier.weight, classifier.bias), so its answers would be those of random weights. Train it on your task first',
  );
});
