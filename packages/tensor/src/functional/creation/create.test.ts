import { beforeAll, describe, expect, it } from 'vitest';
import * as attune from '../../index.ts';
import type { Device } from '../../index.ts';

let device: Device;
beforeAll(async () => {
  device = await attune.defaultDevice();
});

describe('tensors from data', () => {
  it('infers shape and type from nested arrays, numbers and booleans', async () => {
    const x = attune.tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([x.shape, x.dtype, x.device === device]).toEqual([[2, 3], 'f32', true]);
    expect(await x.toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const mask = attune.tensor([[true], [false]]);
    expect([mask.shape, mask.dtype, await mask.toArray()]).toEqual([[2, 1], 'bool', [[true], [false]]]);
    expect([attune.tensor(3).shape, await attune.tensor(3).toArray(), await attune.tensor(true).toArray()]).toEqual([
      [],
      3,
      true,
    ]);
    expect([attune.tensor([[], []]).shape, await attune.tensor([[], []]).toArray()]).toEqual([
      [2, 0],
      [[], []],
    ]);
  });

  it('takes typed arrays, and converts numbers to every type', async () => {
    expect([attune.tensor(Int8Array.of(-1)).dtype, attune.tensor(Uint8Array.of(1)).dtype]).toEqual(['i32', 'u32']);
    expect([...(await attune.tensor(Float64Array.of(0.1)).data())]).toEqual([Math.fround(0.1)]);
    const half = attune.tensor([1, -2.5], { dtype: 'f16' });
    expect([half.dtype, await half.toArray()]).toEqual(['f16', [1, -2.5]]);
    expect(await attune.tensor([2, 0], { dtype: 'bool' }).toArray()).toEqual([true, false]);
    expect(await attune.tensor([7], { dtype: 'u32' }).toArray()).toEqual([7]);
  });

  it('takes whole numbers of 64 bits as i32, and refuses those that are too large', async () => {
    const nested = attune.tensor([[1n, -2n]]);
    expect([nested.shape, nested.dtype, await nested.toArray()]).toEqual([[1, 2], 'i32', [[1, -2]]]);
    const typed = attune.tensor(BigInt64Array.of(5n, -6n));
    expect([typed.dtype, await typed.toArray()]).toEqual(['i32', [5, -6]]);
    expect(attune.tensor(BigUint64Array.of(5n)).dtype).toBe('u32');
    expect(attune.tensor(3n).dtype).toBe('i32');
    expect(() => attune.tensor(BigInt64Array.of(0n, 2n ** 40n))).toThrow(
      'tensor: value 1 is 1099511627776, which i32 does not hold',
    );
    expect(() => attune.tensor([1n, 2])).toThrow('tensor: data[1] is a number; the first is a bigint');
  });

  it('fills, counts and draws lines', async () => {
    expect(await attune.full([2], 1.5).toArray()).toEqual([1.5, 1.5]);
    expect(await attune.full([2], true).toArray()).toEqual([true, true]);
    const ones = attune.ones([2, 1], { dtype: 'f16' });
    expect([ones.dtype, await ones.toArray()]).toEqual(['f16', [[1], [1]]]);
    const like = attune.fullLike(ones, 3);
    expect([like.dtype, await like.toArray()]).toEqual(['f16', [[3], [3]]]);
    expect(await attune.zerosLike(attune.tensor([true])).toArray()).toEqual([false]);
    expect(await attune.onesLike(attune.tensor(Int32Array.of(5))).toArray()).toEqual([1]);
    expect(await attune.arange(0, 5, 2).toArray()).toEqual([0, 2, 4]);
    expect(await attune.arange(3).toArray()).toEqual([0, 1, 2]);
    expect(await attune.arange(3, 0, -1).toArray()).toEqual([3, 2, 1]);
    expect([attune.arange(0, 1, 0.5).dtype, attune.arange(2, 2).shape]).toEqual(['f32', [0]]);
    expect(await attune.linspace(0, 1, 5).toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(await attune.eye(2, 3).toArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });

  it('casts between all types', async () => {
    const x = attune.tensor([0, -1.7, 2.5]);
    expect(await attune.cast(x, 'i32').toArray()).toEqual([0, -1, 2]);
    expect(await attune.cast(x, 'bool').toArray()).toEqual([false, true, true]);
    expect(await attune.mul(x, attune.cast(attune.gt(x, 0), 'f32')).toArray()).toEqual([0, -0, 2.5]);
  });

  // Written by PyTorch 2 on the CPU: torch.manual_seed(7) before each.
  it('draws the numbers of PyTorch', async () => {
    const draw = async (make: () => attune.Tensor) => {
      attune.setSeed(7);
      return make().toArray();
    };
    expect(await draw(() => attune.rand([5]))).toEqual([
      0.5349225401878357, 0.19880318641662598, 0.6592116951942444, 0.6568902730941772, 0.23276156187057495,
    ]);
    expect(await draw(() => attune.randint(-3, 10, [8]))).toEqual([3, 9, 1, 1, 0, 2, -1, 2]);
    expect(await draw(() => attune.bernoulli([8], 0.3))).toEqual([1, 1, 0, 0, 0, 0, 1, 0]);
    const chances = attune.tensor([0.1, 0.5, 0.9, 0.3, 0.7, 0.2, 0.8, 0.4]);
    // torch.bernoulli(chances), seed 5.
    attune.setSeed(5);
    expect(await attune.bernoulli(chances).toArray()).toEqual([0, 1, 0, 0, 0, 1, 1, 0]);
    // The same by seed 5: ranges of 2^28 and more take two words, and normal numbers of f16
    // are drawn in whole blocks.
    const ofFive = (make: () => attune.Tensor) => {
      attune.setSeed(5);
      return make().toArray();
    };
    expect(await ofFive(() => attune.randint(0, 2 ** 28 - 1, [3]))).toEqual([148147046, 236996814, 250105852]);
    expect(await ofFive(() => attune.randint(0, 2 ** 28, [3]))).toEqual([236996814, 80864957, 220060790]);
    expect(await ofFive(() => attune.randint(-(2 ** 31), 2 ** 31 - 1, [3]))).toEqual([
      -957033423, 867841709, 302606428,
    ]);
    const halves = (await ofFive(() => attune.randn([18], { dtype: 'f16' }))) as number[];
    expect(halves.slice(0, 5)).toEqual([1.8427734375, 0.51904296875, 2.779296875, 1.2216796875, -0.33642578125]);
    expect(halves.slice(-3)).toEqual([0.494140625, 0.249267578125, 1.7470703125]);
    expect(await ofFive(() => attune.randnLike(attune.zeros([18], { dtype: 'f16' })))).toEqual(halves);
    // In [0, 1) for f16 too: torch.rand(400, dtype=torch.float16), where f32 has 0.99982…
    attune.setSeed(0);
    expect((await attune.rand([400], { dtype: 'f16' }).data())[337]).toBe(0);
    expect(await ofFive(() => attune.randint(-3, 10, [8], { dtype: 'f32' }))).toEqual(
      await ofFive(() => attune.randint(-3, 10, [8])),
    );
    expect(await ofFive(() => attune.randint(0, 9, [8], { dtype: 'u32' }))).toEqual(
      await ofFive(() => attune.randint(0, 9, [8])),
    );
    expect(await ofFive(() => attune.randperm(8, { dtype: 'u32' }))).toEqual(await ofFive(() => attune.randperm(8)));
    expect(() => attune.randint(-3, -1, [2], { dtype: 'u32' })).toThrow(/randint: value 0 is -\d, which u32 does not/);
    const like = await draw(() => attune.randLike(attune.zeros([5])));
    expect(like).toEqual(await draw(() => attune.rand([5])));
    expect(attune.randnLike(attune.zeros([2, 3], { dtype: 'f16' })).dtype).toBe('f16');
    const generator = new attune.Mt19937(7);
    expect(await draw(() => attune.randn([20]))).toEqual([...generator.normal(20)]);
    expect(await draw(() => attune.randperm(6))).toEqual([...new attune.Mt19937(7).randperm(6)]);
    expect((await attune.rand([2, 2], { generator }).data()).length).toBe(4);
  });

  it('takes an option that is undefined as one that was left out', async () => {
    const open = { dtype: undefined, device: undefined, requiresGrad: undefined };
    const half = attune.zeros([2], { dtype: 'f16' });
    const made = {
      f32: [attune.zeros([2], open), attune.full([2], 2, open), attune.linspace(0, 1, 2, open), attune.eye(2, 2, open)],
      i32: [attune.arange(0, 3, 1, open), attune.randint(0, 3, [2], open), attune.randperm(2, open)],
      bool: [attune.full([2], true, open), attune.tensor([true], open)],
      f16: [attune.onesLike(half, open), attune.randLike(half, open), attune.bernoulli(half, open)],
    };
    for (const [dtype, tensors] of Object.entries(made))
      for (const tensor of tensors) expect([tensor.dtype, (await tensor.data()).length > 0]).toEqual([dtype, true]);
  });

  it.each<[string, (options: never) => unknown]>([
    ['full', (options) => attune.full([1], 1, options)],
    ['onesLike', (options) => attune.onesLike(attune.zeros([1]), options)],
    ['bernoulli', (options) => attune.bernoulli([1], 0.5, options)],
    ['bernoulli', (options) => attune.bernoulli(attune.zeros([1]), options)],
    ['arange', (options) => attune.arange(0, 1, 1, options)],
  ])('%s takes nothing else for its options', (name, call) => {
    for (const options of [null, NaN, true, [], new Map(), () => 1, Promise.resolve()])
      expect(() => call(options as never)).toThrow(new RegExp(`^${name} takes its options as an object`));
  });

  it('says what does not fit', () => {
    expect(() => attune.tensor([[1, 2], [3]])).toThrow(/tensor: data\[1\] is an array of 1; it must be an array of 2/);
    expect(() => attune.tensor([1, true])).toThrow('tensor: data[1] is a boolean; the first is a number');
    expect(() => attune.tensor([1, 'a' as never])).toThrow(
      /tensor: data\[1\] is "a"; it must be a number or a boolean/,
    );
    expect(() => attune.tensor([1.5], { dtype: 'i32' })).toThrow('tensor: value 0 is 1.5, which i32 does not hold');
    expect(() => attune.tensor([1], { dtype: 'i32', requiresGrad: true })).toThrow(/only f32 and f16 have gradients/);
    expect(() => attune.arange(0, 5, -1)).toThrow('arange: steps of -1 do not lead from 0 to 5');
    expect(() => attune.randint(5, 5, [1])).toThrow('randint: high must be a whole number');
    expect(() => attune.bernoulli([1], 2)).toThrow(/probability must be a number from 0 to 1/);
    expect(() => attune.randLike(attune.arange(3))).toThrow(/randLike: input must be a tensor of f32 or f16/);
    expect(() => attune.arange(undefined as never)).toThrow('arange: end must be a finite number; got undefined');
    expect(() => attune.zerosLike([1] as never)).toThrow(/zerosLike: input must be a Tensor/);
  });
});

describe('tensors larger than any device are refused before their numbers are computed', () => {
  const side = 1e9;
  it.each<[string, () => unknown]>([
    ['zeros', () => attune.zeros([side, side])],
    ['full', () => attune.full([side, side], 1)],
    ['rand', () => attune.rand([side, side])],
    ['randn', () => attune.randn([side, side])],
    ['randint', () => attune.randint(0, 2, [side, side])],
    ['randperm', () => attune.randperm(2 ** 31 - 1)],
    ['bernoulli', () => attune.bernoulli([side, side], 0.5)],
    ['arange', () => attune.arange(2 ** 31 - 1)],
    ['linspace', () => attune.linspace(0, 1, 2 ** 31 - 1)],
    ['eye', () => attune.eye(side)],
    ['expand', () => attune.expand(attune.zeros([1]), [side, side])],
  ])('%s', (name, call) => {
    expect(call).toThrow(attune.OutOfMemoryError);
    expect(call).toThrow(new RegExp(`^array ${name} needs [\\d.e+]+ bytes; this adapter takes at most \\d+`));
  });
});

describe('the tensor object', () => {
  it('says what it is', () => {
    const x = attune.tensor([[1, 2]], { requiresGrad: true });
    expect(`${x}`).toMatch(/^Tensor \[1, 2\] f32 on .+, requiresGrad$/);
    const inspect = Symbol.for('nodejs.util.inspect.custom') as unknown as keyof attune.Tensor;
    expect((x[inspect] as unknown as () => string).call(x)).toBe(String(x));
  });

  it('goes backward from a tensor with a gradient for each element', async () => {
    const x = attune.tensor([1, 2, 3], { requiresGrad: true });
    attune.square(x).backward(attune.tensor([1, 10, 100]));
    expect(await x.grad!.toArray()).toEqual([2, 40, 600]);
    expect(() => attune.square(x).backward()).toThrow(/needs a scalar, such as a loss, or a gradient for each element/);
    expect(() => attune.square(x).backward(attune.tensor([1]))).toThrow(
      'backward(): the gradient is of f32 and the shape [1]; it must be of floats and the shape [3]',
    );
  });
});
