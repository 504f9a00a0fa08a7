import { afterAll, beforeAll, expect, it } from 'vitest';
import * as attune from '../index.ts';
import type { Device, Tensor } from '../index.ts';

let device: Device;
beforeAll(async () => {
  device = await attune.openDevice();
});
afterAll(() => device.destroy());

/** Every dispatch by itself, as on adapters where none waits for the next. */
async function apart<Result>(body: () => Promise<Result>): Promise<Result> {
  const dispatch = device.dispatch.bind(device);
  device.dispatch = ({ program, parameters, reads, writes, workgroups }) =>
    dispatch({ program, parameters, reads, writes, workgroups });
  try {
    return await body();
  } finally {
    device.dispatch = dispatch;
  }
}

/** Results and gradients of a chain of operations, which the seed chooses. */
async function run(seed: number): Promise<ArrayLike<number>[]> {
  let state = seed + 1;
  const draw = (count: number) => {
    state = Math.imul(state, 0x9e3779b1) ^ (state >>> 13);
    return (state >>> 5) % count;
  };
  const shape = [5, [16, 13, 8][draw(3)] as number];
  const size = shape[0]! * shape[1]!;
  const numbers = (phase: number) =>
    Float32Array.from({ length: size }, (_, index) => 0.2 + Math.abs(Math.sin(index + phase)));
  const x = attune.tensor(numbers(seed), { shape, device, requiresGrad: true });
  const y = attune.tensor(numbers(seed + 1), { shape, device, requiresGrad: true });
  const row = attune.tensor(numbers(seed + 2).slice(0, shape[1]), { shape: [shape[1]!], device, requiresGrad: true });
  const seen: ArrayLike<number>[] = [];
  const kept: Tensor[] = [];
  let at: Tensor = x;
  const steps: (() => Tensor | Promise<Tensor>)[] = [
    () => attune.sqrt(attune.abs(at)),
    () => attune.exp(attune.neg(at)),
    () => attune.gelu(at),
    () => attune.tanh(at),
    () => attune.scale(at, 0.7),
    () => attune.add(at, 0.25),
    () => attune.add(at, y),
    () => attune.mul(at, at),
    () => attune.sub(at, row),
    () => attune.div(at, attune.add(attune.square(y), 1)),
    () => attune.where(attune.gt(at, 0.3), at, attune.scale(y, 0.5)),
    () => attune.reshape(at, at.shape.length === 1 ? shape : [size]),
    () => attune.cast(attune.cast(at, 'f16'), 'f32'),
    () => attune.noGrad(() => attune.exp(at)),
    async () => {
      seen.push(await at.data());
      return at;
    },
    () => {
      expect(() => attune.add(at, attune.tensor([1, 2, 3], { device }))).toThrow(attune.ShapeError);
      return at;
    },
    () => {
      kept.push(at);
      return attune.silu(at);
    },
  ];
  for (let index = 0; index < 14; index++) {
    at = await (steps[draw(steps.length)] as () => Tensor)();
    if (at.shape.length === 1 && draw(2) === 0) at = attune.reshape(at, shape);
    else if (at.shape.length === 1) at = attune.reshape(attune.square(at), shape);
  }
  const loss = attune.mean(attune.add(attune.mul(at, x), attune.mul(y, row)));
  loss.backward();
  for (const result of [at, loss, ...kept]) seen.push(await result.data());
  for (const { grad } of [x, y, row]) if (grad) seen.push(await grad.data());
  return seen;
}

it.each(Array.from({ length: 10 }, (_, seed) => seed))(
  'results and gradients of chain %i have the bits that each operation by itself gives',
  async (seed) => {
    expect(await run(seed)).toEqual(await apart(() => run(seed)));
  },
);

it('step after step gets the same memory and bind groups', async () => {
  // Its own device: the chains above give their memory back whenever they are collected.
  using own = await attune.openDevice();
  const x = attune.tensor(new Float32Array(64).fill(0.5), { shape: [64], device: own, requiresGrad: true });
  const step = () =>
    own.scope(() => {
      attune.sum(attune.scale(attune.gelu(attune.exp(x)), 0.5)).backward();
      x.clearGrad();
    });
  for (let index = 0; index < 3; index++) step();
  await own.idle();
  const { bindGroupsCreated, pipelines } = own.statistics;
  const { liveBytes } = own.memory;
  for (let index = 0; index < 5; index++) {
    step();
    await own.idle();
  }
  expect(own.statistics).toMatchObject({ bindGroupsCreated, pipelines });
  expect(own.memory.liveBytes).toBe(liveBytes);
});
