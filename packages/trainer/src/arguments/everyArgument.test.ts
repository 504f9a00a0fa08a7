import { describe, expect, it } from 'vitest';
import { TrainingArguments, TrainingArgumentsError } from '../index.ts';
import { defaultArguments } from './defaults.ts';

const never: readonly unknown[] = [() => {}, Symbol('x'), 5n];

const wrongByType: Readonly<Record<string, readonly unknown[]>> = {
  number: [NaN, Infinity, -2, '3', true, null, [1]],
  boolean: ['yes', 1, 0, [true]],
  string: [5, true, 'no such name', {}],
  object: [],
};

/** What is right for one argument and wrong for others of its type. */
const rightFor: Readonly<Record<string, readonly unknown[]>> = {
  lengthColumnName: ['no such name'],
  includeNumInputTokensSeen: [true],
};

describe('every argument', () => {
  it.each(Object.entries(defaultArguments))('%s is checked when it is given', (name, value) => {
    const wrong = [...never, ...(wrongByType[typeof value] ?? [])];
    for (const given of wrong.filter((one) => !rightFor[name]?.includes(one))) {
      const make = () => new TrainingArguments('unused', { [name]: given });
      expect(make, `${name}: ${String(given)}`).toThrow(TrainingArgumentsError);
      // The older name is told as the newer one.
      expect(make).toThrow(name.replace('gradientCheck', 'activationCheck'));
    }
    expect(() => new TrainingArguments('unused', { [name]: value })).not.toThrow();
  });

  it.each([
    [{ lrSchedulerType: 'reduce_lr_on_plateau' }, /follows evaluations: set evalStrategy/],
    [
      { lrSchedulerType: 'reduce_lr_on_plateau', evalStrategy: 'epoch', lrSchedulerKwargs: { patience: -1 } },
      /lrSchedulerKwargs: patience must be a whole number/,
    ],
    [
      { lrSchedulerType: 'reduce_lr_on_plateau', evalStrategy: 'epoch', lrSchedulerKwargs: { power: 2 } },
      /no option power/,
    ],
    [
      { optim: 'ademamix' },
      "optim must be one of 'adamw_torch', 'adamw_torch_fused', 'sgd', 'adafactor', 'adagrad', 'rmsprop', 'lion_32bit'; got 'ademamix', which is not supported yet",
    ],
    [{ optim: 'galore_adafactor_layerwise' }, /'galore_adafactor_layerwise', which is not supported yet/],
    [{ optim: 'sdg' }, /optim must be one of/],
    [{ optim: 'sgd', optimArgs: { momentun: 0.9 } }, /sgd has no argument momentun; did you mean momentum\?/],
    [{ optim: 'sgd', optimArgs: 'momentum=fast' }, 'optimArgs: momentum must be a number of at least 0; got "fast"'],
    [{ optim: 'sgd', optimArgs: 'momentum' }, /optimArgs must be such as 'momentum=0.9/],
    [{ optim: 'sgd', optimArgs: { nesterov: true } }, /nesterov needs a momentum/],
    [{ optim: 'sgd', optimArgs: { weightDecay: 0.1 } }, /weightDecay is a training argument of its own/],
    [{ optimArgs: { lr: 1 } }, /learningRate/],
    [{ optimArgs: { momentum: 0.9 } }, /adamw_torch_fused has no argument momentum; it takes none/],
    [{ trainSamplingStrategy: 'batch_rebalance' }, /'batch_rebalance', which is not supported yet/],
  ])('%o is refused at once', (options, message) => {
    expect(() => new TrainingArguments('unused', options as object)).toThrow(TrainingArgumentsError);
    expect(() => new TrainingArguments('unused', options as object)).toThrow(message);
  });

  it('takes a schedule that follows the loss, unless another metric is named', () => {
    const plateau = { lrSchedulerType: 'reduce_lr_on_plateau', evalStrategy: 'epoch' } as const;
    expect(new TrainingArguments('unused', plateau)).toMatchObject({
      metricForBestModel: 'loss',
      greaterIsBetter: false,
    });
    const named = new TrainingArguments('unused', { ...plateau, metricForBestModel: 'f1' });
    expect(named).toMatchObject({ metricForBestModel: 'f1', greaterIsBetter: true });
  });
});
