import { describe, expect, it } from 'vitest';
import { DemoError } from './demoError.ts';
import { readOptions } from './options.ts';

describe('readOptions', () => {
  it('has defaults', () => {
    expect(readOptions([])).toEqual({
      command: 'train',
      model: null,
      dataset: null,
      epochs: null,
      maxSteps: null,
      batchSize: null,
      learningRate: null,
      seed: 42,
      output: 'test-trainer',
      fp16: false,
      json: false,
      debug: false,
    });
  });

  it('reads every option', () => {
    const words = [
      '--model',
      'm',
      '--dataset',
      'd',
      '--epochs',
      '0.5',
      '--max-steps',
      '3',
      '--batch-size',
      '16',
      '--learning-rate',
      '3e-5',
      '--seed',
      '7',
      '--fp16',
      '--output',
      'o',
      '--json',
      '--debug',
    ];
    expect(readOptions(words)).toEqual({
      command: 'train',
      model: 'm',
      dataset: 'd',
      epochs: 0.5,
      maxSteps: 3,
      batchSize: 16,
      learningRate: 3e-5,
      seed: 7,
      fp16: true,
      output: 'o',
      json: true,
      debug: true,
    });
  });

  it('reads predictions', () => {
    expect(readOptions(['predict', '--model', 'm', 'one', 'two'])).toMatchObject({
      command: 'predict',
      model: 'm',
      sentences: ['one', 'two'],
    });
    expect(readOptions(['predict', '--model', 'm', 'one'])).toMatchObject({ sentences: ['one', null] });
    expect(() => readOptions(['predict', 'one', 'two'])).toThrow(/needs --model/);
  });

  it.each([
    [['--colour'], /--colour/],
    [['--epochs', 'many'], /--epochs must be a number above 0; got "many"/],
    [['--batch-size', '1.5'], /--batch-size must be a whole number above 0/],
    [['--seed', '-1'], /seed/],
    [['serve'], /"serve" is no command/],
  ])('refuses %j', (words, message) => {
    expect(() => readOptions(words)).toThrow(DemoError);
    expect(() => readOptions(words)).toThrow(message);
  });
});
