import { describe, expect, it } from 'vitest';
import { bagOfWordsPredictions } from './bagOfWords.ts';
import { majorityPredictions } from './majority.ts';

describe('baselines', () => {
  it('the majority is the most frequent label', () => {
    expect(majorityPredictions([1, 0, 1, 2], 3)).toEqual([1, 1, 1]);
    expect(majorityPredictions([], 2)).toEqual([0, 0]);
  });

  it('a bag of words learns from words and overlap', () => {
    const pair = (sentence1: string, sentence2: string, label: number) => ({ sentence1, sentence2, label });
    const train = [];
    for (const thing of ['cat', 'dog', 'fox', 'owl', 'hen', 'cow']) {
      train.push(
        pair(`the ${thing} sat`, `the ${thing} sat down`, 1),
        pair(`the ${thing} sat`, 'rain fell all day', 0),
      );
    }
    expect(
      bagOfWordsPredictions(train, [
        pair('the bear sat', 'the bear sat down', 0),
        pair('the bear sat', 'rain fell all night', 1),
      ]),
    ).toEqual([1, 0]);
  });

  it('a bag of words cannot tell who did what', () => {
    const names = ['Ann', 'Ben', 'Cid', 'Dee', 'Eve', 'Fay'];
    const train = names.flatMap((a) =>
      names.flatMap((b) =>
        a === b
          ? []
          : [
              { sentence1: `${a} called ${b}`, sentence2: `${b} was called by ${a}`, label: 1 },
              { sentence1: `${a} called ${b}`, sentence2: `${a} was called by ${b}`, label: 0 },
            ],
      ),
    );
    const predicted = bagOfWordsPredictions(train, train);
    const right = predicted.filter((label, row) => label === train[row]?.label).length;
    expect(right / train.length).toBeLessThan(0.6);
  });
});
