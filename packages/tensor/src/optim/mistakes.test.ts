import { beforeAll, describe, expect, it } from 'vitest';
import * as attune from '../index.ts';

const { AdamW, defaultDevice, getScheduler, Parameter, SGD, zeros } = attune;

beforeAll(async () => {
  await defaultDevice();
});

const parameter = (...values: number[]) => new Parameter(Float32Array.from(values), { shape: [values.length] });

describe('optimizers and schedulers', () => {
  const optimizer = () => new SGD([parameter(1)], { lr: 1 });
  it.each<[string, () => unknown, string]>([
    [
      'tensors',
      () => new AdamW([zeros([2])] as never),
      'new AdamW: parameter 0 must be a Parameter, or a name and a Parameter; got a Tensor',
    ],
    [
      'a model of layers',
      () => new AdamW(new attune.Sequential(new attune.ReLU()) as never),
      'new AdamW: parameter 0 must be a Parameter, or a name and a Parameter; got a ReLU',
    ],
    [
      'a closure',
      () => new SGD([parameter(1)], { lr: 1 }).step((() => 1) as never),
      'step: got a function as an extra argument; it calls no closure: call backward() before it',
    ],
    [
      'a setting of a group that there is not',
      () => Object.assign(new SGD([parameter(1)], { lr: 1 }).paramGroups[0]!, { weight_decay: 1 }),
      'weight_decay',
    ],
    [
      'a scheduler of an optimizer alone',
      () => getScheduler('linear', new SGD([parameter(1)], { lr: 1 }) as never),
      "getScheduler takes its options as an object, { optimizer, numTrainingSteps, … }; got an optimizer: getScheduler('linear', { optimizer })",
    ],
    [
      'zeroGrad as in PyTorch',
      () => optimizer().zeroGrad({ setToNone: false } as never),
      'zeroGrad: got an object with setToNone as an extra argument',
    ],
    [
      'an epoch of a scheduler',
      () => getScheduler('constant', { optimizer: optimizer(), numTrainingSteps: 9 }).step(3 as never),
      'step: got 3 as an extra argument; it takes nothing, and counts its calls',
    ],
    [
      'an epoch beside a metric',
      () => new attune.ReduceLROnPlateau(optimizer()).step(1, 3 as never),
      'step: got 3 as an extra argument; it takes the metric alone, and counts its calls',
    ],
    [
      'an option of a plateau beside kwargs',
      () => getScheduler('reduce_lr_on_plateau', { optimizer: optimizer(), patience: 3 } as never),
      'getScheduler has no option patience; it has kwargs, numWarmupSteps, numTrainingSteps',
    ],
    [
      'no number in kwargs',
      () => getScheduler('polynomial', { baseLearningRate: 1, numTrainingSteps: 9, kwargs: { power: 'two' } }),
      'the schedule polynomial: power must be a finite number; got "two"',
    ],
    [
      'a generator that was gone through',
      () => {
        const parameters = new attune.Linear({ inFeatures: 1, outFeatures: 1 }).parameters();
        return [new SGD([...parameters]), new SGD(parameters)];
      },
      'new SGD: no parameter was given. A generator such as model.parameters() can be iterated only once; call it again',
    ],
    [
      'a group of the first form with an option that there is not',
      () => new AdamW({ groups: [{ parameters: [parameter(1)], momentum: 1 }] } as never),
      'new AdamW, group 0 has no option momentum',
    ],
    [
      'another option beside the first form',
      () => new AdamW({ groups: [{ parameters: [parameter(1)] }] } as never, { amsgrad: true } as never),
      'new AdamW has no option amsgrad: it is not implemented',
    ],
  ])('%s', (_, use, message) => {
    expect(use).toThrow(message);
  });
});
