import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '@attune/kernels';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import * as tensors from '../index.ts';
import type { Tensor } from '../index.ts';

let device: Device;
let other: Device;
let x: Tensor;
beforeAll(async () => {
  device = await defaultDevice();
  other = await openDevice();
  x = tensors.tensor([1, 2, 3, 4], { shape: [2, 2], device });
});
afterAll(() => other.destroy());

type Call = (api: Record<string, (...given: unknown[]) => unknown>) => unknown;

describe('misuse gives an error that says what is wrong', () => {
  it.each<[string, Call, string]>([
    ['numbers for a tensor', ({ matmul }) => matmul!([1, 2], x), 'matmul: a must be a Tensor; got an array of 2'],
    ['a missing tensor', ({ add }) => add!(x), 'add: b must be a Tensor or a number; got undefined'],
    ['dimensions one by one', ({ flip }) => flip!(x, 0, 1), 'flip: dims must be one number or one list, [0, 1]'],
    ['the same', ({ squeeze }) => squeeze!(x, 0, 1), 'squeeze: dim must be one number or one list, [0, 1]'],
    ['nothing', ({ gelu }) => gelu!(), 'gelu: input must be a Tensor; got undefined'],
    ['a number for a range', ({ slice }) => slice!(x, null, -1), 'got -1; one element is select(x, dim, -1)'],
    [
      'class weights that would learn',
      ({ crossEntropy }) =>
        crossEntropy!(x, Int32Array.of(0, 1), { weight: tensors.ones([2], { requiresGrad: true }) }),
      'crossEntropy: weight requires a gradient but cannot get one, as in PyTorch; use weight.detach()',
    ],
    [
      'the same',
      ({ nllLoss }) => nllLoss!(x, Int32Array.of(0, 1), { weight: tensors.ones([2], { requiresGrad: true }) }),
      'nllLoss: weight requires a gradient',
    ],
    [
      'an unknown option',
      ({ linear }) => linear!(x, x, null, { activaton: 'gelu' }),
      'linear has no option activaton; did you mean activation?',
    ],
    [
      'a wrong option',
      ({ linear }) => linear!(x, x, null, { activation: 'relu' }),
      `linear: activation must be one of 'gelu'; got "relu"`,
    ],
    [
      'a device for options',
      ({ tensor }) => tensor!([1], device),
      'tensor takes its options as an object, { shape, device, dtype, … }; got a Gpu',
    ],
    [
      'no options',
      ({ tensor }) => tensor!([1], null),
      'tensor takes its options as an object, { shape, device, dtype, … }; got null',
    ],
    [
      'a Map of options',
      ({ sum }) => sum!(x, 0, new Map([['keepDim', true]])),
      'sum takes its options as an object, { keepDim }; got a Map',
    ],
    [
      'an array for options',
      ({ gelu }) => gelu!(x, []),
      'gelu takes its options as an object, { approximate }; got an empty array',
    ],
    [
      'options that are yet to come',
      ({ gelu }) => gelu!(x, Promise.resolve({})),
      'gelu takes its options as an object, { approximate }; got a Promise; await it first',
    ],
    [
      'a shape with holes',
      ({ zeros }) => zeros!(Object.assign([], { length: 2 })),
      'zeros: shape must be an array of whole numbers',
    ],
    ['no order', ({ permute }) => permute!(x), 'permute: dims must be an array; got undefined'],
    [
      'two open extents',
      ({ reshape }) => reshape!(x, [-1, -1]),
      'reshape: [2, 2] has 4 elements; [-1, -1] leaves no single size for -1',
    ],
    [
      'an extent that could be any',
      ({ reshape, zeros }) => reshape!(zeros!([0, 3]), [0, -1]),
      'reshape: [0, 3] has 0 elements; [0, -1] leaves no single size for -1',
    ],
    ['no shape', ({ reshape }) => reshape!(x, [1n, Symbol('two')]), 'reshape: shape must be an array of whole numbers'],
    [
      'a fraction among whole numbers',
      ({ maskedFill, zeros, gt }) => maskedFill!(zeros!([2], { dtype: 'i32' }), gt!(x, 0), 0.5),
      'maskedFill: value is 0.5, which i32 does not hold; use cast() on the tensor',
    ],
    [
      'a number below 0 in u32',
      ({ pad, zeros }) => pad!(zeros!([2], { dtype: 'u32' }), [1, 1], { value: -1 }),
      'pad: value is -1, which u32 does not hold',
    ],
    [
      'a number that wraps',
      ({ add, zeros }) => add!(zeros!([2], { dtype: 'u32' }), -1),
      'add: b is -1, which u32 does not hold; use cast() on the tensor',
    ],
    [
      'a greater number than the type has',
      ({ maximum, zeros }) => maximum!(2 ** 31, zeros!([2], { dtype: 'i32' })),
      'maximum: a is 2147483648, which i32 does not hold',
    ],
    ['a bound of NaN', ({ clamp }) => clamp!(x, { min: NaN }), 'clamp: min must be a number; got NaN'],
    [
      'a norm of nothing without a least',
      ({ norm, zeros }) => norm!(zeros!([0]), null, { p: -2 }),
      'norm: the dimensions [0] of [0] have no elements to choose from',
    ],
    [
      'a wrong option of a backward',
      ({ sum, zeros }) => (sum!(zeros!([2], { requiresGrad: true })) as Tensor).backward(1, { release: true } as never),
      'backward has no option release; did you mean releaseResults',
    ],
    [
      'endless steps',
      ({ arange }) => arange!(0, 2 ** 40),
      'arange: from 0 to 1099511627776 in steps of 1 there are 1099511627776 numbers, which is too many',
    ],
    [
      'a mask of whole numbers',
      ({ scaledDotProductAttention, cast }) => scaledDotProductAttention!(x, x, x, { mask: cast!(x, 'i32') }),
      'scaledDotProductAttention: mask must be of bool or of f32, as query; it is of i32',
    ],
    [
      'a mask of more queries',
      ({ scaledDotProductAttention, zeros }) =>
        scaledDotProductAttention!(zeros!([1, 4]), x, x, { mask: zeros!([3, 2]) }),
      'scaledDotProductAttention',
    ],
    [
      'texts',
      ({ tensor }) => tensor!(['a'], { shape: [1], device }),
      'tensor: data[0] is "a"; it must be a number or a boolean',
    ],
    [
      'another type than the data',
      ({ tensor }) => tensor!(Float32Array.of(1), { shape: [1], device, dtype: 'i32' }),
      'data is a Float32Array, which holds f32; dtype is i32',
    ],
    ['a negative extent', ({ zeros }) => zeros!([-1], { device }), 'zeros: shape must be an array of whole numbers'],
    [
      'no device',
      ({ zeros }) => zeros!([1], { device: 'gpu' }),
      'zeros: device must be a device, such as await defaultDevice(); got "gpu"',
    ],
    ['a text for a factor', ({ scale }) => scale!(x, '2'), 'scale: factor must be a number; got "2"'],
    [
      'a list for labels',
      ({ crossEntropy }) => crossEntropy!(x, [0, 1]),
      'crossEntropy: target must be an Int32Array or a Tensor with a class for each row, or a Tensor of probabilities; got an array of 2',
    ],
    [
      'integers for floats',
      ({ gelu, tensor }) => gelu!(tensor!([1], { shape: [1], device, dtype: 'i32' })),
      'gelu: input must be a tensor of f32 or f16; it is one of i32',
    ],
    [
      'two types',
      ({ matmul, cast }) => matmul!(x, cast!(x, 'f16')),
      'matmul: b is of f16 and the first tensor of f32; use cast()',
    ],
    [
      'half a dropout',
      ({ dropout }) => dropout!(x, { probability: 0.5 }),
      'dropout: options must be the options of a dropout',
    ],
    [
      'no sequences',
      ({ attentionQkvPacked }) => attentionQkvPacked!(x, { numHeads: 1 }),
      'attention: sequences must be what packSequences() returns; got undefined',
    ],
    [
      'no array',
      ({ packSequences }) => packSequences!(device, [0, 1]),
      'packSequences: cuSeqlens must be a Uint32Array that begins with 0',
    ],
    [
      'a list of rows',
      ({ gatherRows }) => gatherRows!(x, [0]),
      'gatherRows: indices must be a Uint32Array; got an array of 1',
    ],
    [
      'ids for no table',
      ({ embeddingSum }) => embeddingSum!([x], [[0]]),
      'embeddingSum: ids must be an array of Int32Array or Uint32Array',
    ],
  ])('%s', (_name, call, message) => {
    const run = () => call(tensors as never);
    expect(run).toThrow(TensorError);
    expect(run).toThrow(message);
  });

  it('two devices', () => {
    const far = tensors.tensor([1, 2, 3, 4], { shape: [2, 2], device: other });
    for (const call of [() => tensors.add(x, far), () => tensors.matmul(x, far), () => tensors.linear(far, x)])
      expect(call).toThrow('is on another device than the first tensor');
  });

  it.each<[string, () => unknown, string]>([
    ['Linear', () => new tensors.Linear(undefined as never), 'new Linear takes its options as an object'],
    [
      'Linear',
      () => new tensors.Linear({ weights: x } as never),
      'new Linear has no option weights: it is called weight',
    ],
    [
      'Dropout',
      () => new tensors.Dropout({ probability: 0.1 } as never),
      'new Dropout has no option probability: it is called p',
    ],
    ['Dropout', () => new tensors.Dropout({ p: 1.5 }), 'new Dropout: p must be a number from 0 to 1; got 1.5'],
    [
      'LayerNorm',
      () => new tensors.LayerNorm({ weight: x } as never),
      'new LayerNorm: weight must be a Parameter; got a Tensor',
    ],
    [
      'Embedding',
      () => new tensors.Embedding({} as never),
      'new Embedding: numEmbeddings must be a whole number of at least 0; got undefined',
    ],
    [
      'Parameter',
      () => new tensors.Parameter([1] as never, {} as never),
      'new Parameter: data must be a Float32Array; got an array of 1',
    ],
    [
      'Parameter',
      () => new tensors.Parameter(Float32Array.of(1), undefined as never),
      'new Parameter takes its options as an object',
    ],
    [
      'Tensor',
      () => new tensors.Tensor([1, 2] as never),
      'new Tensor takes an array on the GPU, { array, shape, device }; got an array of 2. Use tensor(data',
    ],
    ['Mt19937', () => new tensors.Mt19937('1' as never), 'new Mt19937: seed must be a whole number; got "1"'],
    ['backward', () => tensors.sum(x).backward('2' as never), 'scale must be a number or a Tensor; got "2"'],
  ])('new %s', (_name, make, message) => {
    expect(make).toThrow(TensorError);
    expect(make).toThrow(message);
  });
});
