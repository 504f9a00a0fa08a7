import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  add,
  Dropout,
  GELU,
  LayerNorm,
  Linear,
  ModuleDict,
  ModuleList,
  mul,
  noGrad,
  openDevice,
  ReLU,
  scale,
  Sequential,
  setSeed,
  sum,
  tensor,
  TransformerEncoderLayer,
} from '../../index.ts';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { AutogradError, StateDictError, TensorError } from '../../errors.ts';
import { Tensor } from '../../tensor.ts';
import { Module } from './module.ts';
import { Parameter } from '../parameter/parameter.ts';

let device: Device;
let other: Device;
beforeAll(async () => {
  device = await defaultDevice();
  other = await openDevice();
});
afterAll(() => other.destroy());

const square = () => new Linear({ inFeatures: 2, outFeatures: 2, bias: false });

class Pair extends Module {
  readonly layers: readonly Linear[];

  constructor(devices: readonly Device[]) {
    super();
    this.layers = devices.map(
      (on) => new Linear({ weight: new Parameter(new Float32Array(4), { shape: [2, 2], device: on }) }),
    );
  }
}

/** One layer under two names, as an output that is tied to an embedding. */
class Tied extends Module {
  readonly input = square();
  readonly output = this.input;
  readonly own = new Parameter(new Float32Array(1), { shape: [1] });

  forward(x: Tensor): Tensor {
    return this.output.forward(this.input.forward(x));
  }
}

describe('Module.device', () => {
  it('is that of the parameters', () => {
    using pair = new Pair([other, other]);
    expect(pair.device).toBe(other);
  });

  it('is none without parameters', () => {
    expect(() => new Pair([]).device).toThrow(
      new TensorError('Pair has no parameters, so no device; use the device of its input'),
    );
  });

  it('refuses parameters on two devices', () => {
    using pair = new Pair([device, other]);
    expect(() => pair.device).toThrow(
      /Pair: the parameters layers.0.weight and layers.1.weight are on different devices/,
    );
  });
});

describe('a walk through modules', () => {
  it('names children, modules and parameters as PyTorch does', () => {
    const list = new ModuleList([square(), square()]);
    const dict = new ModuleDict({ a: new ReLU(), b: square() });
    class Model extends Module {
      readonly list = list;
      readonly dict = dict;
      readonly head = new Sequential({ norm: new LayerNorm({ normalizedShape: 2 }), act: new GELU() });
    }
    const model = new Model();
    expect([...model.namedChildren()].map(([name]) => name)).toEqual(['list', 'dict', 'head']);
    expect([...model.children()]).toEqual([list, dict, model.head]);
    expect([...model.namedModules()].map(([name]) => name)).toEqual([
      '',
      'list',
      'list.0',
      'list.1',
      'dict',
      'dict.a',
      'dict.b',
      'head',
      'head.norm',
      'head.act',
    ]);
    expect([...model.modules()][0]).toBe(model);
    expect([...model.namedParameters({ prefix: 'model' })].map(([name]) => name)).toEqual([
      'model.list.0.weight',
      'model.list.1.weight',
      'model.dict.b.weight',
      'model.head.norm.weight',
      'model.head.norm.bias',
    ]);
    expect([...model.parameters()]).toHaveLength(5);
  });

  it('gives what is in two places once, or under both names', () => {
    const tied = new Tied();
    const names = (options = {}) => [...tied.namedParameters(options)].map(([name]) => name);
    // As in PyTorch, a module's own come first.
    expect(names()).toEqual(['own', 'input.weight']);
    expect(names({ removeDuplicate: false })).toEqual(['own', 'input.weight', 'output.weight']);
    expect(names({ recurse: false })).toEqual(['own']);
    expect([...tied.modules()]).toHaveLength(2);
    expect([...tied.namedModules({ removeDuplicate: false })].map(([name]) => name)).toEqual(['', 'input', 'output']);
    expect([...tied.children()]).toHaveLength(1);
  });

  it('applies a function from below', () => {
    const seen: string[] = [];
    new Sequential(new Sequential(new ReLU()), square()).apply((module) => seen.push(module.constructor.name));
    expect(seen).toEqual(['ReLU', 'Sequential', 'Linear', 'Sequential']);
  });

  it('trains, freezes and forgets gradients below', () => {
    const model = new Sequential(square(), new Dropout());
    expect(model.eval()[1]?.training).toBe(false);
    expect(model.train()[1]?.training).toBe(true);
    model.requiresGrad_(false);
    expect(() => sum(model.forward(tensor([[1, 2]]))).backward()).toThrow(AutogradError);
    model.requiresGrad_();
    sum(model.forward(tensor([[1, 2]]))).backward();
    const [weight] = [...model.parameters()];
    expect(weight?.hasGrad).toBe(true);
    model.zeroGrad();
    expect(weight?.hasGrad).toBe(false);
  });
});

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

describe('hooks', () => {
  const one = () => new Linear({ weight: new Parameter(Float32Array.of(2), { shape: [1, 1] }) });

  it('see arguments and output, and may change both', async () => {
    const layer = one();
    const order: string[] = [];
    layer.registerForwardPreHook((module, values) => {
      order.push('before');
      expect(module).toBe(layer);
      expect(values[0]).toBeInstanceOf(Tensor);
      return scale(values[0], 10);
    });
    layer.registerForwardPreHook((_, [input]) => {
      order.push('then');
      return [add(input, 1)];
    });
    layer.registerForwardHook((_, [input], output) => {
      order.push('after');
      return mul(output, input);
    });
    const seen: unknown[] = [];
    layer.registerForwardHook((_, __, output) => void seen.push(output));
    const result = layer.forward(tensor([[3]]));
    expect([...(await result.data())]).toEqual([31 * 2 * 31]);
    expect(seen).toEqual([result]);
    expect(order).toEqual(['before', 'then', 'after']);
  });

  it('are called inside of other modules, and leave no trace when removed', async () => {
    const layer = one();
    const model = new Sequential(layer, new ReLU());
    const names = Object.keys(layer);
    const first = layer.registerForwardHook((_, __, output) => scale(output, 2));
    const second = layer.registerForwardPreHook(() => undefined);
    expect([...(await model.forward(tensor([[3]])).data())]).toEqual([12]);
    expect(Object.keys(layer)).toEqual(names);
    expect([...layer.namedParameters()]).toHaveLength(1);
    first.remove();
    first.remove();
    expect([...(await model.forward(tensor([[3]])).data())]).toEqual([6]);
    second.remove();
    expect(Object.hasOwn(layer, 'forward')).toBe(false);
    expect(layer.forward).toBe(Linear.prototype.forward);
  });

  it('give a forward that is a property its place back', async () => {
    class Doubling extends Module {
      readonly forward = (x: Tensor) => scale(x, 2);
    }
    const module = new Doubling();
    const { forward } = module;
    {
      using _ = module.registerForwardHook((__, ___, output) => scale(output, 5));
      expect(await module.forward(tensor(1)).item()).toBe(10);
    }
    expect(module.forward).toBe(forward);
  });

  it('are called where a layer fuses its layer norms', async () => {
    setSeed(1);
    const layer = new TransformerEncoderLayer({ dModel: 4, nhead: 2, dimFeedforward: 4 }).eval();
    const x = tensor(
      Float32Array.from({ length: 12 }, (_, index) => Math.sin(index)),
      { shape: [3, 4] },
    );
    const plain = await noGrad(() => layer.forward(x)).data();
    let calls = 0;
    for (const module of layer.modules()) module.registerForwardHook(() => void calls++);
    const hooked = await noGrad(() => layer.forward(x)).data();
    expect(calls).toBe([...layer.modules()].length);
    for (const [index, value] of plain.entries()) expect(hooked[index]).toBeCloseTo(value, 5);
  });

  it('refuse what cannot be called', () => {
    const layer = one();
    expect(() => layer.registerForwardHook(1 as never)).toThrow(/registerForwardHook: hook must be a function; got 1/);
    expect(() => new ModuleList().registerForwardPreHook(() => 1)).toThrow(
      /registerForwardPreHook: ModuleList has no forward/,
    );
    layer.registerForwardHook((async () => {}) as never);
    expect(() => layer.forward(tensor([[1]]))).toThrow(/Linear: a forward hook must not return a promise/);
  });
});

describe('Module.loadStateDict', () => {
  it.each([
    [
      undefined,
      /loadStateDict: entries must be names and tensors, as stateDict\(\) and readStateDict\(bytes\) give them; got undefined/,
    ],
    [
      [['layers.0.weight', { shape: [2], data: new Float32Array(3) }]],
      /loadStateDict: layers.0.weight has 3 values, which do not fit its shape \[2\]/,
    ],
    [[['layers.0.weight', [1, 2]]], /loadStateDict: entry 0 is not \[name, \{ shape, data: Float32Array \}\]/],
  ])('refuses %j', (entries, message) => {
    using pair = new Pair([device, device]);
    expect(() => pair.loadStateDict(entries as never)).toThrow(StateDictError);
    expect(() => pair.loadStateDict(entries as never)).toThrow(message);
  });

  it('takes what is in two places under either name, or both', async () => {
    const tied = new Tied();
    const entry = (value: number) => ({ shape: [2, 2], data: new Float32Array(4).fill(value) });
    const own = ['own', { shape: [1], data: new Float32Array(1) }] as const;
    for (const [value, names] of [['input.weight'], ['output.weight'], ['input.weight', 'output.weight']].entries()) {
      expect(tied.loadStateDict([own, ...names.map((name) => [name, entry(value)] as const)])).toEqual({
        missing: [],
        unexpected: [],
      });
      expect((await tied.input.weight.data())[0]).toBe(value);
    }
    expect(() => tied.loadStateDict([own])).toThrow(/missing input.weight; unexpected nothing/);
    expect(tied.loadStateDict([own], false).missing).toEqual(['input.weight']);
  });
});
