import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import { Parameter } from '../nn/parameter/parameter.ts';
import { AdamW } from './adamW.ts';
import { groupParameters } from './groupParameters.ts';
import type { ParameterRule } from './groupParameters.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const names = [
  'embeddings.word.weight',
  'layer.0.dense.weight',
  'layer.0.dense.bias',
  'layer.1.dense.weight',
  'layer.1.dense.bias',
  'classifier.weight',
];
const parameters = () =>
  names.map((name) => [name, new Parameter(Float32Array.of(1), { shape: [1], device })] as const);

const plain = (groups: ReturnType<typeof groupParameters>) =>
  groups.map(({ params, ...options }) => ({
    names: [...params].map((pair) => (pair as readonly [string, Parameter])[0]),
    ...options,
  }));

describe('groupParameters', () => {
  it('joins what all rules say of a name', () => {
    const given = parameters();
    const groups = groupParameters(given, [
      { pattern: /embeddings/, freeze: true },
      { pattern: /layer\.(\d+)/, lr: ([, layer]) => 10 ** (Number(layer) - 3), weightDecay: 0.1 },
      { pattern: /bias$/, weightDecay: 0 },
    ]);
    expect(plain(groups)).toEqual([
      { names: ['layer.0.dense.weight'], lr: 1e-3, weightDecay: 0.1 },
      { names: ['layer.0.dense.bias'], lr: 1e-3, weightDecay: 0 },
      { names: ['layer.1.dense.weight'], lr: 1e-2, weightDecay: 0.1 },
      { names: ['layer.1.dense.bias'], lr: 1e-2, weightDecay: 0 },
      { names: ['classifier.weight'] },
    ]);
    expect(given.map(([, { requiresGrad }]) => requiresGrad)).toEqual([false, true, true, true, true, true]);
    using optimizer = new AdamW(groups, { lr: 0.5, weightDecay: 0.2 });
    expect(optimizer.paramGroups.map(({ lr, weightDecay }) => [lr, weightDecay])).toEqual([
      [1e-3, 0.1],
      [1e-3, 0],
      [1e-2, 0.1],
      [1e-2, 0],
      [0.5, 0.2],
    ]);
  });

  it('thaws what a later rule names, and leaves out what was frozen before', () => {
    const given = parameters();
    given[5]![1].requiresGrad = false;
    const groups = groupParameters(given, [
      { pattern: /layer|embeddings/, freeze: true },
      { pattern: /layer\.1/, freeze: false },
    ]);
    expect(plain(groups)).toEqual([{ names: ['layer.1.dense.weight', 'layer.1.dense.bias'] }]);
  });

  it.each<[string, unknown, RegExp]>([
    ['a rule that fits nothing', [{ pattern: /leyer/ }], /\/leyer\/ matches none of 6 names, such as embeddings/],
    ['nothing left', [{ pattern: /./, freeze: true }], /none is left to train/],
    ['a pattern that goes on where it was', [{ pattern: /bias/g }], /pattern must be .*without the flags g and y/],
    ['a text', [{ pattern: 'bias' }], /rule 0: pattern must be a regular expression.*got "bias"/],
    ['a rate below 0', [{ pattern: /bias/, lr: () => -1 }], /lr of layer.0.dense.bias must be .*got -1/],
    ['another name', [{ pattern: /bias/, decay: 0 }], /has no option decay/],
    ['no list', { pattern: /bias/ }, /rules must be/],
  ])('refuses %s', (_what, rules, message) => {
    const make = () => groupParameters(parameters(), rules as ParameterRule[]);
    expect(make).toThrow(TensorError);
    expect(make).toThrow(message);
  });

  it.each([undefined, { a: 1 }, [], [1]])('refuses %s for names and parameters', (given) => {
    expect(() => groupParameters(given as never, [])).toThrow(
      /namedParameters must be names and parameters, one at least/,
    );
  });
});
