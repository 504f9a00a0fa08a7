import { beforeAll, describe, expect, it } from 'vitest';
import * as api from '../../index.ts';
import type { Tensor } from '../../tensor.ts';

beforeAll(() => api.defaultDevice());

const wave = (shape: readonly number[]) =>
  api.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => Math.sin(3 * index)),
    { shape },
  );
const numbers = async (tensor: Tensor | null | undefined) => [...((await tensor?.data()) ?? [])];

describe('Dropout', () => {
  it('drops about a fraction p, scales the rest, and draws again for every call', async () => {
    api.setSeed(3);
    const dropout = new api.Dropout({ p: 0.25 });
    const x = api.ones([64, 64]);
    const first = await numbers(dropout.forward(x));
    const zeros = first.filter((value) => value === 0).length;
    expect(zeros).toBeGreaterThan(0.2 * 4096);
    expect(zeros).toBeLessThan(0.3 * 4096);
    expect(new Set(first)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(await numbers(dropout.forward(x))).not.toEqual(first);
    api.setSeed(3);
    expect(await numbers(dropout.forward(x))).toEqual(first);
  });

  it('is what goes in for 0, in evaluation, and without a key; nothing for 1', async () => {
    const x = api.ones([2, 3]);
    expect(new api.Dropout({ p: 0 }).forward(x)).toBe(x);
    expect(new api.Dropout().eval().forward(x)).toBe(x);
    expect(new api.Dropout().forward(x, null)).toBe(x);
    expect(await numbers(new api.Dropout({ p: 1 }).forward(x))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('acts on the weights of attention', async () => {
    api.setSeed(5);
    const attention = new api.MultiheadAttention({ embedDim: 4, numHeads: 2, dropout: 0.5 });
    const x = wave([3, 2, 4]);
    const [output] = attention.forward(x, x, x);
    const [again] = attention.forward(x, x, x);
    expect(await numbers(output)).not.toEqual(await numbers(again));
    const none = new api.MultiheadAttention({ embedDim: 4, numHeads: 2, dropout: 1 });
    expect(await numbers(none.forward(x, x, x)[0])).toEqual(Array(24).fill(0));
  });
});

it.each<[string, () => { forward(input: never): unknown }]>([
  ['LayerNorm', () => new api.LayerNorm({ normalizedShape: 3 })],
  ['LayerNorm', () => new api.LayerNorm({ normalizedShape: 3, bias: false })],
  ['LayerNorm', () => new api.LayerNorm({ normalizedShape: [2, 3] })],
  ['RMSNorm', () => new api.RMSNorm({ normalizedShape: 3 })],
])('%s says what is not a tensor of floats', (name, make) => {
  const layer = make();
  const told = (input: unknown) => expect(() => layer.forward(input as never));
  told([1, 2, 3]).toThrow(new RegExp(`^${name}: input must be a Tensor; got an array of 3`, 'i'));
  told(undefined).toThrow(new RegExp(`^${name}: input must be a Tensor; got undefined`, 'i'));
  told(api.zeros([2, 3], { dtype: 'i32' })).toThrow(/input must be a tensor of f32 or f16; it is one of i32/);
});

it('dropout in a checkpoint drops the same when it is computed again', async () => {
  const layer = new api.TransformerEncoderLayer({ dModel: 4, nhead: 2, dimFeedforward: 8, dropout: 0.5 });
  const x = wave([3, 2, 4]);
  const gradients = async (run: (input: Tensor) => Tensor) => {
    api.setSeed(4);
    layer.zeroGrad();
    const input = api.tensor((await x.data()) as Float32Array, { shape: x.shape, requiresGrad: true });
    api.sum(api.square(run(input))).backward();
    return [await numbers(input.grad), await numbers(layer.linear1.weight.grad)];
  };
  const plain = await gradients((input) => layer.forward(input));
  const again = await gradients((input) => api.checkpoint((given: Tensor) => layer.forward(given), input));
  expect(again).toEqual(plain);
  expect(plain[1]?.some((value) => value !== 0)).toBe(true);
});

describe('Embedding', () => {
  it('takes arrays and tensors, with the same gradient', async () => {
    const table = new api.Embedding({ numEmbeddings: 4, embeddingDim: 3, paddingIdx: 1 });
    const ids = Int32Array.of(2, 1, 2, 0);
    const weights = wave([4, 3]);
    const run = async (given: Int32Array | Tensor) => {
      table.zeroGrad();
      const output = table.forward(given);
      api.sum(api.mul(output, weights)).backward();
      return [await numbers(output), await numbers(table.weight.grad)];
    };
    const byArray = await run(ids);
    const byTensor = await run(api.tensor(ids));
    expect(byTensor[0]).toEqual(byArray[0]);
    for (const [index, value] of byArray[1]!.entries()) expect(byTensor[1]?.[index]).toBeCloseTo(value, 6);
    expect(byTensor[1]?.slice(3, 6)).toEqual([0, 0, 0]);
    expect(table.forward(api.tensor(ids, { shape: [2, 2] })).shape).toEqual([2, 2, 3]);
  });
});

describe('LayerNorm', () => {
  const run = async (norm: InstanceType<typeof api.LayerNorm>, isHalf: boolean) => {
    const x = api.tensor(await numbers(wave([2, 3, 4])), { shape: [2, 3, 4], requiresGrad: true });
    const input = isHalf ? api.cast(x, 'f16') : x;
    const output = norm.forward(input, { residual: wave([2, 3, 4]) });
    api.sum(api.mul(output, wave([2, 3, 4]))).backward();
    return [await numbers(output), await numbers(x.grad)];
  };

  it.each([
    [4, false],
    [[3, 4], false],
    [[3, 4], true],
  ])('of %j without weight or bias is that with ones and zeros, f16 %s', async (normalizedShape, isHalf) => {
    const whole = await run(new api.LayerNorm({ normalizedShape }), isHalf);
    expect(await run(new api.LayerNorm({ normalizedShape, elementwiseAffine: false }), isHalf)).toEqual(whole);
    expect(await run(new api.LayerNorm({ normalizedShape, bias: false }), isHalf)).toEqual(whole);
    expect(whole[1]?.some((value) => value !== 0)).toBe(true);
  });

  it('says what does not fit, without a weight too', () => {
    const norm = new api.LayerNorm({ normalizedShape: 4, elementwiseAffine: false });
    expect(() => norm.forward(wave([2, 3]))).toThrow(/LayerNorm: input has the shape \[2, 3\]; its last dimensions/);
  });
});

describe('MultiheadAttention', () => {
  it('is causal without a mask', async () => {
    const attention = new api.MultiheadAttention({ embedDim: 4, numHeads: 2, batchFirst: true });
    const x = wave([2, 3, 4]);
    const attnMask = api.tensor([0, 1, 1, 0, 0, 1, 0, 0, 0], { shape: [3, 3], dtype: 'bool' });
    const [given, weights] = attention.forward(x, x, x, { attnMask });
    const [own, ownWeights] = attention.forward(x, x, x, { isCausal: true });
    expect(await numbers(own)).toEqual(await numbers(given));
    expect(await numbers(ownWeights)).toEqual(await numbers(weights));
    expect((await numbers(weights))[1]).toBe(0);
  });

  it('trains in mixed precision', async () => {
    api.setSeed(2);
    const layer = new api.TransformerEncoderLayer({ dModel: 8, nhead: 2, dimFeedforward: 16, dropout: 0 });
    const [x, y] = [wave([3, 2, 8]), wave([5, 2, 8])];
    const cross = (q: Tensor, k: Tensor) => layer.self_attn.forward(q, k, k, { isCausal: true })[0];
    const exact = await numbers(layer.forward(x, { isCausal: true }));
    const exactCross = await numbers(cross(x, y));
    using optimizer = new api.AdamW(layer.parameters(), { fp16: true });
    const mixed = api.autocast(() => layer.forward(x, { isCausal: true }));
    for (const [index, value] of (await numbers(mixed)).entries()) expect(value).toBeCloseTo(exact[index]!, 1);
    const mixedCross = await numbers(api.autocast(() => cross(x, y)));
    for (const [index, value] of mixedCross.entries()) expect(value).toBeCloseTo(exactCross[index]!, 1);
    api.sum(mixed).backward();
    await optimizer.step();
    expect((await optimizer.records())[0]?.finite).toBe(true);
  });
});

describe('TransformerEncoder', () => {
  it('copies its layer, and draws nothing for it', async () => {
    const options = { dModel: 4, nhead: 2, dimFeedforward: 4 };
    api.setSeed(9);
    const encoderLayer = new api.TransformerEncoderLayer(options);
    encoderLayer.linear1.requiresGrad_(false);
    const encoder = new api.TransformerEncoder({ encoderLayer: encoderLayer.eval(), numLayers: 2 });
    const next = await numbers(api.rand([3]));
    api.setSeed(9);
    const same = new api.TransformerEncoderLayer(options);
    expect(await numbers(api.rand([3]))).toEqual(next);
    for (const layer of encoder.layers) {
      expect(await numbers(layer.linear2.weight)).toEqual(await numbers(same.linear2.weight));
      expect(layer.linear1.weight.requiresGrad).toBe(false);
      expect(layer.training).toBe(false);
      expect(layer.linear1.weight).not.toBe(encoderLayer.linear1.weight);
    }
  });

  it('refuses to copy a layer that was changed', () => {
    const encoderLayer = new api.TransformerEncoderLayer({ dModel: 4, nhead: 2, dimFeedforward: 4 });
    Object.assign(encoderLayer, { linear1: new api.Identity() });
    expect(() => encoderLayer.clone()).toThrow(/its parameters are not those that it was made with/);
  });
});

describe('misuse of modules gives an error that says what is wrong', () => {
  const attention = () => new api.MultiheadAttention({ embedDim: 4, numHeads: 2 });
  const x = () => wave([3, 2, 4]);
  it.each<[string, () => unknown, RegExp]>([
    [
      'sizes',
      () => new api.Linear({ inFeatures: 2.5, outFeatures: 1 }),
      /new Linear: inFeatures must be a whole number of at least 0; got 2.5/,
    ],
    [
      'a misspelt option',
      () => new api.Linear({ inFeature: 2 } as never),
      /new Linear has no option inFeature; did you mean inFeatures\?/,
    ],
    [
      'a padding row',
      () => new api.Embedding({ numEmbeddings: 3, embeddingDim: 1, paddingIdx: 3 }),
      /new Embedding: paddingIdx is 3; the table has the rows 0 to 2/,
    ],
    [
      'an old name',
      () => new api.LayerNorm({ normalizedShape: 2, epsilon: 1 } as never),
      /new LayerNorm has no option epsilon: it is called eps/,
    ],
    [
      'an empty shape',
      () => new api.RMSNorm({ normalizedShape: [] }),
      /new RMSNorm: normalizedShape must be a whole number of at least 1, or an array of them/,
    ],
    [
      'another width',
      () => new api.RMSNorm({ normalizedShape: 3 }).forward(x()),
      /RMSNorm: input has the shape \[3, 2, 4\]; its last dimensions must be \[3\]/,
    ],
    [
      'heads',
      () => new api.MultiheadAttention({ embedDim: 4, numHeads: 3 }),
      /embedDim is 4; it must be a multiple of numHeads, 3/,
    ],
    [
      'other keys',
      () => attention().forward(x(), wave([2, 2, 4]), x()),
      /query \[3, 2, 4\], key \[2, 2, 4\] and value \[3, 2, 4\] do not fit; expected \[queries, batch, 4\], \[keys, batch, 4\]/,
    ],
    [
      'a mask of another shape',
      () => attention().forward(x(), x(), x(), { attnMask: api.ones([2, 3]) }),
      /MultiheadAttention: attnMask has the shape \[2, 3\]; expected \[3, 3\] or \[4, 3, 3\]/,
    ],
    [
      'padding of another shape',
      () => attention().forward(x(), x(), x(), { keyPaddingMask: api.ones([3, 2]) }),
      /keyPaddingMask has the shape \[3, 2\]; expected \[2, 3\]/,
    ],
    [
      'a mask of whole numbers',
      () => attention().forward(x(), x(), x(), { attnMask: api.eye(3, 3, { dtype: 'i32' }) }),
      /MultiheadAttention: attnMask must be a Tensor of bool/,
    ],
    [
      'an activation',
      () => new api.TransformerEncoderLayer({ dModel: 4, nhead: 2, activation: 'tanh' as never }),
      /activation must be 'relu', 'gelu' or a function/,
    ],
    [
      'a layer',
      () => new api.TransformerEncoder({ encoderLayer: attention() as never, numLayers: 1 }),
      /encoderLayer must be a TransformerEncoderLayer; got a MultiheadAttention/,
    ],
    [
      'inplace',
      () => new api.ReLU({ inplace: true } as never),
      /new ReLU has no option inplace: tensors do not change/,
    ],
    ['an option of none', () => new api.Identity({ a: 1 } as never), /new Identity has no option a; it has none/],
    [
      'ids',
      () => new api.Embedding({ numEmbeddings: 3, embeddingDim: 2 }).forward([1] as never),
      /Embedding: ids must be a Tensor of i32 or u32, an Int32Array/,
    ],
    ['no tensor', () => new api.Dropout().forward(5 as never), /Dropout: input must be a Tensor; got 5/],
    [
      'inplace',
      () => new api.LeakyReLU({ inplace: true } as never),
      /new LeakyReLU has no option inplace: tensors do not change in place/,
    ],
  ])('%s', (_, call, message) => expect(call).toThrow(message));
});

describe('parameters larger than any device are refused before they are drawn', () => {
  const size = 1e9;
  it.each<[string, () => unknown]>([
    ['Linear', () => new api.Linear({ inFeatures: size, outFeatures: size })],
    ['Embedding', () => new api.Embedding({ numEmbeddings: size, embeddingDim: size })],
    ['LayerNorm', () => new api.LayerNorm({ normalizedShape: [size, size] })],
    ['RMSNorm', () => new api.RMSNorm({ normalizedShape: [size, size] })],
    ['MultiheadAttention', () => new api.MultiheadAttention({ embedDim: size, numHeads: 1 })],
    ['TransformerEncoderLayer', () => new api.TransformerEncoderLayer({ dModel: size, nhead: 1 })],
  ])('%s', (_, call) => {
    expect(call).toThrow(api.OutOfMemoryError);
    expect(call).toThrow(/^array parameter \[\d+, \d+\] needs \d+ bytes; this adapter takes at most \d+ bytes/);
  });
});
