import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDevice } from '@attune/kernels';
import { defaultDevice } from '../device.ts';
import type { Device } from '../device.ts';
import { TensorError } from '../errors.ts';
import * as tensors from '../index.ts';
import type { Tensor } from '../index.ts';
import { methodNames } from '../methods.ts';

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

/** How many parameters a function is written with, those with a default too. */
function parameterCount(call: (...given: never[]) => unknown): number {
  const text = String(call).replace(/^[^(]*\(/, '');
  let [depth, count] = [0, text.startsWith(')') ? 0 : 1];
  for (const letter of text) {
    if (depth === 0 && letter === ')') return count;
    if ('([{'.includes(letter)) depth += 1;
    if (')]}'.includes(letter)) depth -= 1;
    if (depth === 0 && letter === ',') count += 1;
  }
  return count;
}

describe('surplus arguments are refused', () => {
  type Function = (...given: readonly unknown[]) => unknown;
  const takesAnyNumber = new Set(['slice', 'flip', 'squeeze', 'einsum', 'checkpoint', 'defaultDevice']);
  const behind = 'as an extra argument';
  const own = Object.entries({ ...tensors, ...tensors.init }).filter(
    (entry): entry is [string, Function] => typeof entry[1] === 'function' && /^[a-z]/.test(entry[0]),
  );
  const ofKernels = new Set(['openDevice', 'loadVariants', 'selfTest', 'tuneKernels']);
  const method = (name: string, ...given: unknown[]) => (x as unknown as Record<string, Function>)[name]!(...given);

  it.each(own.filter(([name]) => !takesAnyNumber.has(name) && !ofKernels.has(name)))('%s', async (name, call) => {
    const filled = Array.from({ length: parameterCount(call) });
    const told = `${name === 'var' ? 'variance' : name}: got true ${behind}`;
    await expect(async () => call(...filled, true)).rejects.toThrow(TensorError);
    await expect(async () => call(...filled, true)).rejects.toThrow(told);
    await expect(async () => call(...filled, undefined, true)).rejects.toThrow(told);
    const padded = Promise.resolve().then(() => call(...filled, undefined));
    expect(String(await padded.catch((error: unknown) => error))).not.toContain('extra argument');
  });

  const modules = Object.entries(tensors as unknown as Readonly<Record<string, new (...given: unknown[]) => object>>)
    .filter(([name, Class]) => /^[A-Z]/.test(name) && Class.prototype instanceof tensors.Module)
    .map(([name, Class]) => [name, Class, (Class.prototype as { readonly forward?: Function }).forward] as const);

  const layer = { dModel: 1, nhead: 1 };
  const needed: Readonly<Record<string, () => object>> = {
    Linear: () => ({ inFeatures: 1, outFeatures: 1 }),
    Embedding: () => ({ numEmbeddings: 1, embeddingDim: 1 }),
    LayerNorm: () => ({ normalizedShape: 1 }),
    RMSNorm: () => ({ normalizedShape: 1 }),
    MultiheadAttention: () => ({ embedDim: 1, numHeads: 1 }),
    TransformerEncoderLayer: () => layer,
    TransformerEncoder: () => ({ encoderLayer: new tensors.TransformerEncoderLayer(layer), numLayers: 1 }),
  };
  it.each(modules.filter(([name]) => name !== 'Sequential'))('of new %s', (name, Class) => {
    expect(() => new Class(needed[name]?.(), true)).toThrow(`new ${name}: got true ${behind}`);
  });

  it.each(modules.filter(([name]) => name in needed))(
    'of new %s, while numbers in place of options are answered with the options',
    (name, Class) => {
      expect(() => new Class(2, 3)).toThrow(`new ${name} takes its options as an object, { `);
    },
  );

  it.each(modules.filter(([, , forward]) => forward))('of %s.forward', (name, Class, forward) => {
    const filled = Array.from({ length: parameterCount(forward!) });
    const call = () => forward!.call(Object.create(Class.prototype as object), ...filled, true);
    expect(call).toThrow(`${name}.forward: got true ${behind}`);
  });

  it.each<[string, (model: tensors.Linear) => unknown]>([
    // @ts-expect-error There is no such argument.
    ['loadStateDict', (model) => model.loadStateDict(new Map(), false, true)],
    // @ts-expect-error There is no such argument.
    ['train', (model) => model.train(true, true)],
    // @ts-expect-error There is no such argument.
    ['parameters', (model) => [...model.parameters(true, true)]],
    // @ts-expect-error There is no such argument.
    ['new AdamW', (model) => new tensors.AdamW(model.parameters(), {}, true)],
    // @ts-expect-error There is no such argument.
    ['new Parameter', () => new tensors.Parameter(new Float32Array(1), { shape: [1] }, true)],
    // @ts-expect-error There is no such argument.
    ['backward', () => tensors.sum(x).backward(1, {}, true)],
  ])('of %s', (name, call) => {
    const model = new tensors.Linear({ inFeatures: 1, outFeatures: 1 });
    expect(() => call(model)).toThrow(`${name}: got true ${behind}`);
  });

  it.each(methodNames.filter((name) => !takesAnyNumber.has(name)))('of the method %s', (name) => {
    const call = () => method(name, ...Array.from({ length: 5 }, () => 0));
    expect(call).toThrow(TensorError);
    expect(call).toThrow(': got 0 as an extra argument');
  });

  it.each<[string, readonly unknown[], string]>([
    ['reshape', [4, 1], 'reshape: got 1 as an extra argument; write one array, [4, 1]'],
    ['permute', [1, 0], 'write one array, [1, 0]'],
    ['clamp', [0, 1], 'clamp: got 1 as an extra argument; options are one object, { min, max }'],
    ['pad', [[1, 1], 'constant', 0], 'options are one object, { value }'],
    ['smoothL1Loss', [0, 'mean', 1], 'options are one object, { reduction, beta }'],
    ['sum', [{ dim: 1 }], 'got an object with dim; dim is an argument of its own, before any options'],
    ['sort', [{ descending: true }], 'got an object with descending; dim is an argument of its own'],
    ['softmax', [{ dim: 1 }], 'got an object with dim; dim is an argument of its own'],
    ['variance', [0, { unbiased: false }], 'variance has no option unbiased: it is correction: 1 or 0'],
    ['norm', [0, { ord: 1 }], 'norm has no option ord: it is called p'],
    ['softmax', [0, 1], 'softmax: got 1 as an extra argument; cast() the input for another type'],
    ['logSoftmax', [0, { dtype: 'f32' }], 'cast() the input for another type'],
    ['relu', [true], 'relu: got true as an extra argument; tensors do not change in place'],
    ['elu', [1, true], 'tensors do not change in place'],
    ['dropout', [0.1], 'got 0.1; new Dropout({ p: 0.1 }) has its own site and random'],
    ['detach', [true], 'detach: got true as an extra argument'],
  ])('%s says what to write for the arguments of PyTorch', (name, given, message) => {
    expect(() => method(name, ...given)).toThrow(message);
  });

  it('of functions that make tensors, and of drawing in a module', () => {
    expect(() => tensors.zeros(2 as never, 3 as never, ...([4] as unknown as []))).toThrow(
      'write one array, [2, 3, 4]',
    );
    expect(() => tensors.randint(5, [2] as never, [])).toThrow(
      'randint: high must be a whole number; got an array of 1',
    );
    const { weight } = new tensors.Linear({ inFeatures: 1, outFeatures: 1 });
    const normal = tensors.init.normal as unknown as Function;
    expect(() => normal(weight, 0, 0.02)).toThrow('options are one object, { mean, std }');
    expect(() => tensors.tensor(x as never)).toThrow('got a Tensor already; use it as it is, or x.detach()');
  });

  it('while methods take as many as their functions do', () => {
    expect(method('matmul', x)).toBeInstanceOf(tensors.Tensor);
    expect(method('sum', 0, { keepDim: true })).toBeInstanceOf(tensors.Tensor);
    expect(method('where', tensors.gt(x, 0), 1)).toBeInstanceOf(tensors.Tensor);
    expect(() => method('relu', true)).toThrow('relu: got true as an extra argument');
  });

  it('and functions let those pass that map and reduce give them', () => {
    expect([x, x].map(tensors.neg)).toHaveLength(2);
    expect([x, x].reduce(tensors.add)).toBeInstanceOf(tensors.Tensor);
    expect([x, x].map(tensors.round)).toHaveLength(2);
    // The second argument is the place: no operand.
    expect(() => [x, x].map(tensors.mul as never)).toThrow('mul: got an array of 2 as an extra argument');
  });

  it.each<[string, () => readonly unknown[], string]>([
    ['add', () => [x, x, x], 'a Tensor'],
    ['add', () => [x, x, 2], '2'],
    ['sub', () => [x, 1, { alpha: 2 }], 'an object with alpha'],
    ['div', () => [x, x, { roundingMode: 'floor' }], 'an object with roundingMode'],
    ['round', () => [x, { decimals: 2 }], 'an object with decimals'],
    ['softmax', () => [x, -1, { dtype: 'f32' }], 'an object with dtype'],
    ['sum', () => [x, 0, {}, 2], '2'],
    ['relu', () => [x, true], 'true'],
  ])('%s tells what would change it in PyTorch', (name, given, surplus) => {
    const call = (tensors as unknown as Record<string, Function>)[name]!;
    expect(() => call(...given())).toThrow(`${name}: got ${surplus} as an extra argument`);
  });
});
