import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { add, mul, sub } from '../functional/elementwise/binary.ts';
import { tensor } from '../functional/creation/create.ts';
import { reshape } from '../functional/movement/movement.ts';
import { sum } from '../functional/reductions/reductions.ts';
import { exp, square } from '../functional/elementwise/unary.ts';
import { Parameter } from '../nn/parameter/parameter.ts';
import { AdamW } from '../optim/adamW.ts';
import type { Tensor } from '../tensor.ts';

let device: Device;
beforeAll(async () => {
  device = await defaultDevice();
});

const leaf = (values = [1, 2, 3]) => tensor(values, { requiresGrad: true });

/** What a backward pass asks for: on software adapters some of it becomes one dispatch. */
function dispatchesOf(loss: Tensor): number {
  const dispatch = device.dispatch.bind(device);
  let count = 0;
  device.dispatch = (asked) => {
    count += 1;
    dispatch(asked);
  };
  loss.backward();
  device.dispatch = dispatch;
  return count;
}

describe('a gradient that is handed on as it is', () => {
  it('is not copied for a view', () => {
    const plain = dispatchesOf(sum(square(leaf())));
    expect(dispatchesOf(sum(square(reshape(leaf(), [3, 1]))))).toBe(plain);
    expect(dispatchesOf(sum(reshape(square(leaf()), [3, 1])))).toBe(plain);
  });

  it('is copied for the second of two only', () => {
    const alone = dispatchesOf(sum(square(leaf())));
    expect(dispatchesOf(sum(add(square(leaf()), 1)))).toBe(alone);
    expect(dispatchesOf(sum(add(square(leaf()), square(leaf()))))).toBe(alone + 2);
    expect(dispatchesOf(sum(sub(square(leaf()), square(leaf()))))).toBe(alone + 2);
  });

  it('adds up where the same tensor occurs twice', async () => {
    const [x, y] = [leaf(), leaf()];
    sum(mul(add(x, x), 3)).backward();
    expect(await x.grad!.toArray()).toEqual([6, 6, 6]);
    const twice = square(y);
    sum(add(add(twice, twice), sub(twice, twice))).backward();
    expect(await y.grad!.toArray()).toEqual([4, 8, 12]);
    const z = leaf();
    sum(mul(sub(z, z), 3)).backward();
    expect(await z.grad!.toArray()).toEqual([0, 0, 0]);
  });

  it('adds to what came before, in the same pass and in others', async () => {
    const x = leaf();
    for (const factor of [1, 10]) {
      const y = square(x);
      sum(mul(add(add(y, exp(mul(y, 0))), reshape(y, [3])), factor)).backward();
    }
    expect(await x.grad!.toArray()).toEqual([44, 88, 132]);
  });

  it('leaves leaves with gradients of their own', async () => {
    const [a, b, c] = [leaf(), leaf(), leaf()];
    sum(mul(add(add(a, b), reshape(c, [3])), 2)).backward();
    const before = [a, b, c].map((one) => one.grad!);
    device.flush();
    for (const [index, gradient] of before.entries())
      device.write(gradient.array, Float32Array.of(index, index, index), 0);
    expect(await Promise.all(before.map((gradient) => gradient.toArray()))).toEqual([
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 2],
    ]);
    a.clearGrad();
    expect(await b.grad!.toArray()).toEqual([1, 1, 1]);
  });

  it('leaves what others hold of it: a given one, a kept one, and what hooks saw', async () => {
    const x = leaf();
    const given = tensor([1, 4, 9]);
    add(x, 1).backward(given);
    const seen: Tensor[] = [];
    const y = mul(x, 1);
    const z = add(y, 1);
    z.retainGrad();
    z.registerHook((gradient) => void seen.push(gradient));
    y.registerHook((gradient) => mul(gradient, 2));
    z.backward(given);
    expect(await x.grad!.toArray()).toEqual([3, 12, 27]);
    for (const one of [given, z.grad!, seen[0]!]) expect(await one.toArray()).toEqual([1, 4, 9]);
  });

  it('shows a leaf with hooks the whole one', async () => {
    const x = leaf();
    x.registerHook((gradient) => mul(gradient, 2));
    sum(mul(add(reshape(x, [3]), x), 3)).backward();
    expect(await x.grad!.toArray()).toEqual([12, 12, 12]);
  });

  it('may begin with the gradient of a tensor that it adds to, or that lies beside', async () => {
    const [x, y] = [0, 1].map(() => new Parameter(Float32Array.of(1, 2, 3), { shape: [3], device })) as [
      Parameter,
      Parameter,
    ];
    using optimizer = new AdamW([x, y], { lr: 0.1 });
    sum(square(x)).backward();
    add(x, 1).backward(x.grad!);
    add(reshape(y, [3]), x).backward(x.grad!);
    expect(await x.grad!.toArray()).toEqual([8, 16, 24]);
    expect(await y.grad!.toArray()).toEqual([4, 8, 12]);
    optimizer.zeroGrad();
    const [weight, other] = [leaf([2]), leaf([3])];
    sum(mul(weight, 2)).backward();
    add(weight, other).backward(weight.grad!);
    expect([await weight.grad!.item(), await other.grad!.item()]).toEqual([4, 2]);
  });

  it('goes back with the tensor that has it', () => {
    const { liveArrays } = device.memory;
    device.scope(() => {
      const x = leaf();
      sum(mul(reshape(x, [3, 1]), 2)).backward();
      x.clearGrad();
    });
    expect(device.memory.liveArrays).toBe(liveArrays);
  });
});
