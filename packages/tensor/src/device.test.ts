import { afterAll, describe, expect, it } from 'vitest';
import { defaultDevice, openDevice, setDefaultDevice, tensor } from './index.ts';

afterAll(async () => (await defaultDevice()).destroy());

describe('defaultDevice', () => {
  it('must be open before tensors are made on it', async () => {
    expect(() => tensor([1])).toThrow('tensor: there is no device yet; call await defaultDevice() before, or pass');
    const device = await defaultDevice();
    expect(tensor([1]).device).toBe(device);
  });

  it('is one and the same as long as it lives, and another one after that', async () => {
    const [first, same] = await Promise.all([defaultDevice(), defaultDevice()]);
    expect(same).toBe(first);
    first.destroy();
    const [second, again] = await Promise.all([defaultDevice(), defaultDevice()]);
    expect(second).not.toBe(first);
    expect(again).toBe(second);
    const two = tensor(Float32Array.of(2), { shape: [1], device: second });
    expect([...(await two.data())]).toEqual([2]);
  });

  it('stays usable after a kernel that does not compile', async () => {
    const device = await defaultDevice();
    const output = device.allocate('f32', 1, 'output');
    device.dispatch({
      program: {
        key: 'wrong',
        source: () => '@group(0) @binding(1) var<storage, read_write> output: array<f32>;\nfn main(',
      },
      reads: [],
      writes: [output],
      workgroups: [1, 1, 1],
    });
    await expect(device.read(output)).rejects.toThrow(/kernel wrong does not compile/);
    expect(await defaultDevice()).toBe(device);
    const two = tensor(Float32Array.of(2), { shape: [1], device });
    expect([...(await two.data())]).toEqual([2]);
  });

  it('is the one that was set', async () => {
    const own = await openDevice();
    (await defaultDevice()).destroy();
    setDefaultDevice(own);
    expect(await defaultDevice()).toBe(own);
    expect(() => setDefaultDevice({} as never)).toThrow(/device must be a device, as openDevice\(\) gives it/);
  });
});
