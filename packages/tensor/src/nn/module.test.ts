import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice, openDevice } from '../index.ts';
import type { Device } from '../index.ts';
import { StateDictError, TensorError } from '../errors.ts';
import { Linear } from './layers.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

let device: Device;
let other: Device;
beforeAll(async () => {
  device = await defaultDevice();
  other = await openDevice();
});
afterAll(() => other.destroy());

class Pair extends Module {
  readonly layers: readonly Linear[];

  constructor(devices: readonly Device[]) {
    super();
    this.layers = devices.map(
      (on) => new Linear({ weight: new Parameter(new Float32Array(4), { shape: [2, 2], device: on }) }),
    );
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
      /Pair: the parameters layers.0.weight and layers.1.weight live on different devices/,
    );
  });
});

describe('Module.loadStateDict', () => {
  it.each([
    [undefined, /loadStateDict: entries must be names and tensors, as stateDict\(\) gives them; got undefined/],
    [[['layers.0.weight', [1, 2]]], /loadStateDict: entry 0 is no \[name, \{ shape, data: Float32Array \}\]/],
  ])('refuses %j', (entries, message) => {
    using pair = new Pair([device, device]);
    expect(() => pair.loadStateDict(entries as never)).toThrow(StateDictError);
    expect(() => pair.loadStateDict(entries as never)).toThrow(message);
  });
});
