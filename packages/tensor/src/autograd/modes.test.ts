import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import { tensor } from '../functional/creation/create.ts';
import { tanh } from '../functional/elementwise/activations.ts';
import { autocast } from './autocast.ts';
import { isGradEnabled, noGrad } from './gradMode.ts';
import { precision } from './precision.ts';
import { tidy } from './tidy.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

describe.each([
  ['noGrad', noGrad, () => !isGradEnabled()],
  ['autocast', autocast, () => precision.current !== null],
] as const)('%s', (name, mode, isOn) => {
  it('lasts for its body, also when that throws', () => {
    expect([isOn(), mode(isOn), mode(() => mode(isOn) && isOn()), isOn()]).toEqual([false, true, true, false]);
    expect(() =>
      mode(() => {
        throw new Error('body');
      }),
    ).toThrow('body');
    expect(isOn()).toBe(false);
  });

  it('refuses an async function, which it would not last for', async () => {
    let ran = false;
    const body = async () => {
      ran = true;
      await Promise.resolve();
    };
    expect(() => mode(body)).toThrow(TensorError);
    expect(() => mode(body)).toThrow(`${name}: body is an async function`);
    expect([ran, isOn()]).toEqual([false, false]);
    const x = tensor([0], { shape: [1], device });
    expect([...(await mode(() => tanh(x).data()))]).toEqual([0]);
  });

  it('refuses what is not a function', () => {
    expect(() => mode(3 as never)).toThrow(`${name}: body must be a function; got 3`);
  });
});

it('tidy refuses an async function and a missing device', () => {
  expect(() => tidy(device, async () => Promise.resolve())).toThrow(/tidy: body is an async function/);
  expect(() => tidy(undefined as never, () => 1)).toThrow(
    /tidy: device must be a device, such as await defaultDevice\(\)/,
  );
});
