import { afterAll, beforeEach, beforeAll, describe, expect, it } from 'vitest';
import { loadWebGpu } from '#platform';
import { deviceKit } from '../device/deviceKit.ts';
import { takeKit } from '../device/given.ts';
import { KernelArgumentError } from '../errors.ts';
import { parameterBlockBytes, ParameterTable } from './parameterTable.ts';

takeKit(deviceKit);

let device: GPUDevice;
let parameters: ParameterTable;
beforeAll(async () => {
  const webgpu = (await loadWebGpu({ backend: 'null', robustness: true })) as GPU;
  device = (await (await webgpu.requestAdapter())?.requestDevice()) as GPUDevice;
});
beforeEach(() => {
  parameters = new ParameterTable(device);
});
afterAll(() => device.destroy());

const offsetOf = (integers: readonly number[], floats: readonly number[] = []) =>
  parameters.offsetOf('kernel', integers, floats);

describe('ParameterTable', () => {
  it('has each block once', () => {
    const first = offsetOf([1, 2], [0.5]);
    const second = offsetOf([1, 3], [0.5]);
    expect(second).toBe(first + parameterBlockBytes);
    expect(offsetOf([1, 2], [0.5])).toBe(first);
    expect(offsetOf([1, 3], [0.5])).toBe(second);
  });

  it('distinguishes what differs in one number, its sign, the count or the type', () => {
    const blocks: [number[], number[]?][] = [[[]], [[0]], [[0, 0]], [[1]], [[2 ** 32 - 1]], [[], [1]], [[1], [1]]];
    for (const float of [-1, -0, NaN, Infinity, 1e-45, 3e38]) blocks.push([[1], [float]]);
    const offsets = blocks.map((block) => offsetOf(...block));
    expect(new Set(offsets).size).toBe(blocks.length);
    expect(blocks.map((block) => offsetOf(...block))).toEqual(offsets);
  });

  it('finds every block of a full table, and none of the ones before it started afresh', () => {
    const all = Array.from({ length: 32768 }, (_, index) => offsetOf([index, 7 * index], [index / 3]));
    expect(new Set(all).size).toBe(32768);
    expect(parameters.full).toBe(true);
    const { generation } = parameters;
    expect(offsetOf([17, 119], [17 / 3])).toBe(all[17]);
    parameters.upload();
    parameters.reset();
    expect(parameters.full).toBe(false);
    expect(parameters.generation).not.toBe(generation);
    expect(offsetOf([3, 21], [1])).toBe(0);
    expect(offsetOf([17, 119], [17 / 3])).toBe(parameterBlockBytes);
  });

  it('refuses more numbers than a block has', () => {
    expect(() =>
      offsetOf(
        Array.from({ length: 60 }, () => 1),
        [1, 2, 3, 4, 5],
      ),
    ).toThrow(KernelArgumentError);
    expect(() =>
      offsetOf(
        Array.from({ length: 60 }, () => 1),
        [1, 2, 3, 4, 5],
      ),
    ).toThrow('kernel kernel: 65 parameters do not fit 256 bytes');
  });
});
