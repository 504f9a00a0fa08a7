import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice, mul, Parameter, StateDictError, sum } from '../index.ts';
import type { Optimizer, Params } from '../index.ts';
import * as optimizers from '../index.ts';

beforeAll(async () => {
  await defaultDevice();
});

type Class = new (params: Params, options?: object) => Optimizer;
const { AdamW, SGD } = optimizers;
const classes: Readonly<Record<string, readonly [Class, object]>> = {
  AdamW: [AdamW, {}],
  SGD: [SGD, { lr: 0.1 }],
  'SGD with momentum': [SGD, { lr: 0.1, momentum: 0.9 }],
  Adagrad: [optimizers.Adagrad, {}],
  RMSprop: [optimizers.RMSprop, {}],
  Lion: [optimizers.Lion, {}],
  Adafactor: [optimizers.Adafactor, {}],
};

const parameters = (...names: string[]) =>
  names.map((name) => [name, new Parameter(Float32Array.of(1, 2), { shape: [2] })] as const);
const step = async (optimizer: Optimizer, params: ReturnType<typeof parameters>) => {
  for (const [, parameter] of params) if (parameter.requiresGrad) sum(mul(parameter, parameter)).backward();
  await optimizer.step();
  optimizer.zeroGrad();
};
async function stateOf(name: string, ...names: string[]) {
  const [Class, options] = classes[name]!;
  const params = parameters(...names);
  using optimizer = new Class(params, options);
  await step(optimizer, params);
  const state = await optimizer.stateDict();
  return state;
}

describe('a state of another optimizer is refused', () => {
  const kept = (name: string) =>
    name === 'Adafactor' ? 'exp_avg_sq' : name === 'Adagrad' ? 'sum' : name === 'RMSprop' ? 'square_avg' : name;
  const pairs = Object.keys(classes).flatMap((from) => Object.keys(classes).map((to) => [from, to] as const));

  it.each(pairs.filter(([from, to]) => kept(from) !== kept(to)))('%s in %s', async (from, to) => {
    const state = await stateOf(from, 'w');
    const [Class, options] = classes[to]!;
    const params = parameters('w');
    using optimizer = new Class(params, options);
    await step(optimizer, params);
    const before = await optimizer.stateDict();
    const load = () => optimizer.loadStateDict(state);
    expect(load).toThrow(StateDictError);
    expect(load).toThrow(`${to.split(' ')[0]}: the optimizer state has`);
    expect(load).toThrow(/\b(exp_avg|exp_avg_sq|sum|square_avg|momentum_buffer)\.w\b/);
    expect(await optimizer.stateDict()).toEqual(before);
  });
});

describe('a state of other parameters is refused', () => {
  const load = (state: Iterable<readonly [string, never]>, ...names: string[]) =>
    new AdamW(parameters(...names)).loadStateDict(state);

  it('by what is missing and what is too much, and changes nothing', async () => {
    const state = (await stateOf('AdamW', 'a', 'b')) as Map<string, never>;
    expect(() => load(state, 'a', 'c')).toThrow(
      'AdamW: the optimizer state has no exp_avg.c, exp_avg_sq.c, step.c and has exp_avg.b, exp_avg_sq.b, step.b, which this optimizer does not keep; it is of another optimizer, or of other parameters',
    );
    expect(() => load(state, 'a')).toThrow('has exp_avg.b, exp_avg_sq.b, step.b, which this optimizer does not keep');
    expect(() => load(state, 'a', 'b', 'c')).toThrow('has no exp_avg.c, exp_avg_sq.c, step.c;');
    expect(() => load(state, '0', '1')).toThrow('has no exp_avg.0, exp_avg_sq.0, exp_avg.1, …');
    state.delete('step.a');
    expect(() => load(state, 'a', 'b')).toThrow('has no step.a;');
  });

  it('by shape, before anything is written', async () => {
    const state = await stateOf('AdamW', 'a', 'b');
    state.set('exp_avg_sq.b', { dtype: 'f32', shape: [1, 2], data: new Float32Array(2) });
    const params = parameters('a', 'b');
    using optimizer = new AdamW(params);
    const before = await optimizer.stateDict();
    expect(() => optimizer.loadStateDict(state)).toThrow(
      "AdamW: the optimizer state exp_avg_sq.b has the shape [1, 2]; the parameter's is [2]",
    );
    expect(await optimizer.stateDict()).toEqual(before);
  });

  it('while groups do not matter where names are the same', async () => {
    const state = await stateOf('AdamW', 'a', 'b');
    const [a, b] = parameters('a', 'b');
    using optimizer = new AdamW([{ params: [b!] }, { params: [a!], lr: 1 }]);
    optimizer.loadStateDict(state);
    expect(new Map([...(await optimizer.stateDict())].toSorted())).toEqual(new Map([...state].toSorted()));
  });
});

it('what is frozen now keeps the moments of when it was trained', async () => {
  const state = await stateOf('AdamW', 'a', 'b');
  const params = parameters('a', 'b');
  params[1]![1].requiresGrad = false;
  using optimizer = new AdamW(params, { weightDecay: 0.1 });
  optimizer.loadStateDict(state);
  await step(optimizer, params);
  expect([...(await params[1]![1].data())]).toEqual([1, 2]);
  const after = await optimizer.stateDict();
  expect(after.get('exp_avg.b')).toEqual(state.get('exp_avg.b'));
  expect([after.get('step.a')?.data[0], after.get('step.b')?.data[0]]).toEqual([2, 1]);
});
