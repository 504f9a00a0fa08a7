import { describe, expect, it } from 'vitest';
import { DemoError } from './demoError.ts';
import { readOptions } from './options.ts';

describe('readOptions', () => {
  it('has defaults', () => {
    expect(readOptions([])).toEqual({
      command: 'train',
      model: null,
      dataset: null,
      columns: { textColumns: null, labelColumn: null, delimiter: null, plainQuotes: false },
      epochs: null,
      maxSteps: null,
      batchSize: null,
      learningRate: null,
      seed: 42,
      resume: false,
      best: false,
      earlyStopping: null,
      pocket: false,
      output: 'test-trainer',
      fp16: false,
      json: false,
      jsonLines: false,
      debug: false,
    });
  });

  it('reads every option', () => {
    const words = [
      '--model',
      'm',
      '--dataset',
      'd',
      '--text-columns',
      'subject, body',
      '--label-column=team',
      '--plain-quotes',
      '--delimiter',
      ';',
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
      '--resume',
      '--early-stopping',
      '2',
      '--output',
      'o',
      '--json',
      '--json-lines',
      '--debug',
    ];
    expect(readOptions(words)).toEqual({
      command: 'train',
      model: 'm',
      dataset: 'd',
      columns: { textColumns: ['subject', 'body'], labelColumn: 'team', delimiter: ';', plainQuotes: true },
      epochs: 0.5,
      maxSteps: 3,
      batchSize: 16,
      learningRate: 3e-5,
      seed: 7,
      resume: true,
      best: true,
      earlyStopping: 2,
      pocket: false,
      fp16: true,
      output: 'o',
      json: true,
      jsonLines: true,
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
    expect(readOptions(['predict', '--model', 'm'])).toMatchObject({ sentences: null });
    expect(() => readOptions(['predict', 'one', 'two'])).toThrow(/needs --model/);
    expect(() => readOptions(['predict', '--model', 'm', 'a', 'b', 'c'])).toThrow(/one or two sentences/);
  });

  it.each([
    [['--colour'], /there is no option --colour\./],
    [['--epoch', '3'], /there is no option --epoch; did you mean --epochs\?/],
    [['-x'], /there is no option -x/],
    [['--epochs'], /--epochs needs a value/],
    [['--fp16=yes'], /--fp16 takes no value/],
    [['--text-columns', 'a,b,c'], /--text-columns takes one name or two/],
    [['--delimiter', '; '], /--delimiter must be one character/],
    [['--epochs', 'many'], /--epochs must be a number above 0; got "many"/],
    [['--batch-size', '1.5'], /--batch-size must be a whole number above 0/],
    [['--seed', '-1'], /seed/],
    [['serve'], /"serve" is not a command/],
    [['--pocket', '--model', 'm'], /--pocket has a model and a dataset of its own/],
  ])('refuses %j', (words, message) => {
    expect(() => readOptions(words)).toThrow(DemoError);
    expect(() => readOptions(words)).toThrow(message);
  });
});
