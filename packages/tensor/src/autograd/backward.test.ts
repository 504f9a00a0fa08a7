import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { gelu } from '../functional/activations.ts';
import { mul } from '../functional/binary.ts';
import { tensor } from '../functional/create.ts';
import { linear } from '../functional/linear.ts';
import { reshape } from '../functional/movement.ts';
import { sum } from '../functional/reductions.ts';
import { Parameter } from '../nn/parameter.ts';
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
    /or, of a gradient, by zeroGrad\(\)\..*a gradient with mul\(gradient, 1\)/,
  );
  expect(await reading).toEqual([4, 4, 4]);
  expect(await kept.toArray()).toEqual([4, 4, 4]);
});
