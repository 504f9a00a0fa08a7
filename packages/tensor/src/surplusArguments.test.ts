import { beforeAll, describe, expect, it } from 'vitest';
import { defaultDevice } from './device.ts';
import { TensorError } from './errors.ts';
import * as tensors from './index.ts';
import type { Tensor } from './index.ts';
import { methodNames } from './methods.ts';

let x: Tensor;
beforeAll(async () => {
  await defaultDevice();
  x = tensors.tensor([1, 2, 3, 4], { shape: [2, 2] });
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
