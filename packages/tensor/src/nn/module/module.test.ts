import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Dropout,
  GELU,
  LayerNorm,
  Linear,
  ModuleDict,
  ModuleList,
  openDevice,
  ReLU,
  Sequential,
  sum,
  tensor,
} from '../../index.ts';
import { defaultDevice } from '../../device.ts';
import type { Device } from '../../device.ts';
import { AutogradError, StateDictError, TensorError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
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
