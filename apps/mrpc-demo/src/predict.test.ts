import { expect, it } from 'vitest';
import { predictionLines, readLogits } from './predict.ts';

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
