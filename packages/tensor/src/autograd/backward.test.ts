import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { gelu } from '../functional/elementwise/activations.ts';
import { mul } from '../functional/elementwise/binary.ts';
import { tensor } from '../functional/creation/create.ts';
import { linear } from '../functional/products/linear.ts';
import { reshape } from '../functional/movement/movement.ts';
import { sum } from '../functional/reductions/reductions.ts';
import { Parameter } from '../nn/parameter/parameter.ts';
import type { Tensor } from '../tensor.ts';
import type { BackwardOptions } from './runBackward.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const numbers = (length: number, factor: number) =>
  Float32Array.from({ length }, (_, index) => Math.sin(factor * (index + 1)));

/** A chain of layers whose results are also reshaped, squared and read twice. */
async function gradientOfChain(options?: BackwardOptions) {
  using weight = new Parameter(numbers(64 * 64, 0.37), { shape: [64, 64], device });
  device.resetPeakMemory();
  const before = device.memory.liveBytes;
  const value = device.scope(() => {
    let x: Tensor = tensor(numbers(64 * 64, 0.11), { shape: [64, 64], device });
    for (let layer = 0; layer < 6; layer++) {
      const folded = reshape(gelu(linear(x, weight)), [32, 128]);
      x = reshape(mul(folded, folded), [64, 64]);
    }
    const total = sum(x);
    device.retain(total.array);
    total.backward(1e-3, options);
    return total;
  });
  const { peakBytes } = device.memory;
  const result = { value: await value.item(), gradient: await weight.grad?.data(), peak: peakBytes - before };
  value.dispose();
  return result;
}

describe('a tensor that was given', () => {
  it('is its own gradient, which hooks see', async () => {
    const x = tensor([2, 3], { requiresGrad: true });
    x.backward(tensor([1, 2]));
    x.registerHook((gradient) => mul(gradient, 10));
    x.backward(tensor([1, 2]));
    expect(await x.grad!.toArray()).toEqual([11, 22]);
    const scalar = tensor(5, { requiresGrad: true });
    scalar.backward();
    scalar.backward(0.5);
    expect(await scalar.grad!.item()).toBe(1.5);
    expect(() => tensor(5).backward()).toThrow(/nothing that this tensor was computed from requires a gradient/);
  });

  it('says where it cannot require a gradient, or must', () => {
    const set = (x: Tensor, value: unknown) => () => Object.assign(x, { requiresGrad: value });
    expect(set(tensor([1n]), true)).toThrow('requiresGrad: only f32 and f16 have gradients; this tensor is of i32');
    expect(set(tensor([1]), 'yes')).toThrow('requiresGrad must be true or false; got "yes"');
    const x = tensor([1], { requiresGrad: true });
    expect(set(mul(x, 2), false)).toThrow(
      'requiresGrad: this tensor was computed, and stays on the tape; use detach()',
    );
    expect(set(x, false)().requiresGrad).toBe(false);
  });
});

describe('backward', () => {
  it('gives the same bits and needs less memory when it gives results back on the way', async () => {
    const kept = await gradientOfChain();
    const released = await gradientOfChain({ releaseResults: true });
    expect(released.value).toBe(kept.value);
    expect(released.gradient).toEqual(kept.gradient);
    expect(Math.max(...(kept.gradient ?? []))).toBeGreaterThan(0);
    expect(released.peak).toBeLessThan(kept.peak);
  });
});

it('a gradient that was looked at stays with its tensor, and its memory goes with clearGrad', async () => {
  const x = tensor([1, 2, 3], { requiresGrad: true });
  const backward = () => sum(mul(x, 2)).backward();
  backward();
  {
    using gradient = x.grad!;
    expect(await gradient.toArray()).toEqual([2, 2, 2]);
  }
  backward();
  const held = x.grad!;
  const kept = mul(held, 1);
  const reading = held.toArray();
  x.clearGrad();
  await expect(held.toArray()).rejects.toThrow(
    'or, of a gradient, by zeroGrad(). Use it before, or keep it with device.retain(tensor.array), a gradient with mul(gradient, 1)',
  );
  expect(await reading).toEqual([4, 4, 4]);
  expect(await kept.toArray()).toEqual([4, 4, 4]);
});
