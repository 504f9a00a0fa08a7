import { beforeAll, describe, expect, it } from 'vitest';
import {
  add,
  Linear,
  ModuleList,
  mul,
  noGrad,
  ReLU,
  scale,
  Sequential,
  setSeed,
  tensor,
  TransformerEncoderLayer,
} from '../../index.ts';
import { defaultDevice } from '../../device.ts';
import { Tensor } from '../../tensor.ts';
import { Module } from './module.ts';
import { Parameter } from '../parameter/parameter.ts';

beforeAll(async () => {
  await defaultDevice();
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
