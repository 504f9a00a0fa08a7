import { beforeAll, describe, expect, it } from 'vitest';
import { Linear, ModuleDict, ModuleList, ReLU, Sequential, tensor } from '../../index.ts';
import { defaultDevice } from '../../device.ts';
import { Parameter } from '../parameter/parameter.ts';

beforeAll(async () => {
  await defaultDevice();
});

const square = () => new Linear({ inFeatures: 2, outFeatures: 2, bias: false });

describe('containers', () => {
  it('Sequential calls its modules in order, one that it has twice both times', async () => {
    const layer = new Linear({ weight: new Parameter(Float32Array.of(2), { shape: [1, 1] }) });
    const model = new Sequential(layer, new ReLU(), layer);
    expect(model).toHaveLength(3);
    expect([...model]).toEqual([layer, model[1], layer]);
    expect([...(await model.forward(tensor([[3]])).data())]).toEqual([12]);
    model[1] = new Sequential();
    expect([...(await model.forward(tensor([[-3]])).data())]).toEqual([-12]);
  });

  it('ModuleList and ModuleDict hold modules', () => {
    const list = new ModuleList([square()]);
    const last = square();
    list.append(last).extend([new ReLU() as never]);
    expect(list).toHaveLength(3);
    expect(list.at(-2)).toBe(last);
    expect(list[1]).toBe(last);
    expect(list.at(3)).toBeUndefined();
    const dict = new ModuleDict({ a: last });
    dict.set('b', square()).delete('a');
    expect([...dict.keys()]).toEqual(['b']);
    expect([dict.size, dict.has('a'), dict.get('a')]).toEqual([1, false, undefined]);
    expect([...dict]).toEqual([...dict.entries()]);
    expect([...dict.values()]).toEqual([...dict.children()]);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'a function',
      () => new Sequential((() => 1) as never),
      /new Sequential: module 0 must be a Module; got a function/,
    ],
    [
      'a list',
      () => new Sequential(new ModuleList() as never),
      /new Sequential: module 0, a ModuleList, has no forward/,
    ],
    ['a taken name', () => new Sequential({ train: new ReLU() }), /new Sequential: train cannot be a name/],
    [
      'modules side by side',
      () => Reflect.construct(ModuleList, [square(), square()]) as unknown,
      /new ModuleList: got a Linear as an extra argument; write one array of modules/,
    ],
    ['no module', () => new ModuleList([1 as never]), /ModuleList.append: module must be a Module; got 1/],
    [
      'no list',
      () => new ModuleList(1 as never),
      /ModuleList: modules must be modules, such as an array of them; got 1/,
    ],
    [
      'a Map of modules',
      () => new ModuleDict(new Map() as never),
      /new ModuleDict: modules must be an object of named values; got a Map/,
    ],
    ['a name with a dot', () => new ModuleDict({ 'a.b': new ReLU() }), /ModuleDict.set: "a.b" cannot be a name/],
  ])('refuse %s', (_, call, message) => expect(call).toThrow(message));
});
