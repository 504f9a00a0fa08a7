import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '@attune/kernels';
import * as attune from '../../index.ts';
import type { Device, Tensor } from '../../index.ts';

const { defaultDevice, lerp, mul, noGrad, Parameter, SGD, sub, sum, tensor, zeros } = attune;

let other: Device;
beforeAll(async () => {
  await defaultDevice();
  other = await openDevice();
});
afterAll(() => other.destroy());

const parameter = (...values: number[]) => new Parameter(Float32Array.from(values), { shape: [values.length] });
const valuesOf = async (x: Tensor) => Array.from(await x.data());

describe('copyFrom', () => {
  it('takes what was computed, as an average of weights does', async () => {
    const [weight, average] = [parameter(1, 2, 3), parameter(0, 0, 1)];
    using optimizer = new SGD([weight], { lr: 1 });
    for (let step = 0; step < 2; step++) {
      sum(weight).backward();
      await optimizer.step();
      optimizer.zeroGrad();
      average.copyFrom(noGrad(() => lerp(average, weight, 0.5)));
    }
    // weight 0, 1, 2, then -1, 0, 1; average 0, 0.5, 1.5, then -0.5, 0.25, 1.25.
    expect(await valuesOf(average)).toEqual([-0.5, 0.25, 1.25]);
  });

  it('is a step of an optimizer of one’s own', async () => {
    const weight = parameter(1, -2);
    for (let step = 0; step < 3; step++) {
      sum(mul(weight, weight)).backward();
      weight.copyFrom(noGrad(() => sub(weight, mul(weight.grad!, 0.25))));
      weight.clearGrad();
    }
    expect(await valuesOf(weight)).toEqual([0.125, -0.25]);
    expect(weight.requiresGrad).toBe(true);
  });

  it('copies between parameters that an optimizer has side by side, and from a view of itself', async () => {
    const [first, second, third] = [parameter(1, 2), parameter(3, 4), parameter(5, 6)];
    using optimizer = new SGD([first, second, third], { lr: 1 });
    first.copyFrom(third);
    second.copyFrom(noGrad(() => attune.reshape(second, [2])));
    expect(await Promise.all([first, second, third].map(valuesOf))).toEqual([
      [5, 6],
      [3, 4],
      [5, 6],
    ]);
    sum(first).backward();
    await optimizer.step();
    expect(await valuesOf(first)).toEqual([4, 5]);
  });

  it('takes the rows of a longer result, and nothing of nothing', async () => {
    const table = new Parameter(new Float32Array(6), { shape: [3, 2] });
    table.copyFrom(attune.matmul(tensor([[1], [2], [3]]), tensor([[1, 10]]))); // oxfmt-ignore
    expect(await valuesOf(table)).toEqual([1, 10, 2, 20, 3, 30]);
    const empty = new Parameter(new Float32Array(0), { shape: [0, 2] });
    empty.copyFrom(zeros([0, 2]));
    expect(await valuesOf(empty)).toEqual([]);
  });

  it('refuses what does not fit, and a later backward pass that would read old values', () => {
    const weight = parameter(1, 2);
    expect(() => weight.copyFrom(zeros([2], { dtype: 'i32' }) as never)).toThrow(
      'copyFrom: other must be of f32; it is of i32',
    );
    expect(() => weight.copyFrom(zeros([3]))).toThrow('copyFrom: other has the shape [3]; expected [2]');
    expect(() => weight.copyFrom(zeros([2], { device: other }))).toThrow('copyFrom: other is on another device');
    expect(() => weight.copyFrom([1, 2] as never)).toThrow('copyFrom: other must be a Tensor; got an array of 2');
    const loss = sum(mul(weight, weight));
    weight.copyFrom(zeros([2]));
    expect(() => loss.backward()).toThrow('mul reads values that have changed since');
  });
});
