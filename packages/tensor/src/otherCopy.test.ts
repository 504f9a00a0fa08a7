import { beforeAll, expect, it, vi } from 'vitest';
import * as attune from './index.ts';

const { AdamW, Linear, Module, ModuleList, Sequential } = attune;
const sizes = { inFeatures: 2, outFeatures: 2 };
const foreign = 'of another package or of a second copy of this one (install only one version)';

let other: typeof attune;
let theirs: attune.Tensor;
let ours: attune.Tensor;

// As where an installed package brings a version of its own.
beforeAll(async () => {
  await attune.defaultDevice();
  ours = attune.tensor([[1, 2]]);
  vi.resetModules();
  other = await import('./index.ts');
  await other.defaultDevice();
  theirs = other.tensor([[1, 2]]);
});

it.each<[string, () => unknown]>([
  ['add: b must be a Tensor or a number; got a Tensor', () => attune.add(ours, theirs)],
  ['relu: input must be a Tensor; got a Tensor', () => attune.relu(theirs)],
  ['an array whose element 1 is a Tensor', () => attune.concat([ours, theirs])],
  ['whole numbers in an array; got a Tensor', () => attune.indexSelect(ours, 0, theirs as never)],
  ['got a Tensor', () => attune.tensor(theirs as never)],
  ['probabilities; got a Tensor', () => attune.crossEntropy(ours, theirs)],
  ['got a Linear', () => new Sequential(new other.Linear(sizes))],
  ['got a Linear', () => new ModuleList([new other.Linear(sizes)])],
  ['got a Parameter', () => new AdamW(new other.Linear(sizes).parameters())],
])('%s, of a second copy of the package', (message, call) => {
  expect(call).toThrow(`${message} ${foreign}`);
});

it('a module in a field is not left out in silence', () => {
  class Model extends Module {
    layers = [new Linear(sizes), new other.Linear(sizes)];
  }
  expect(() => [...new Model().parameters()]).toThrow(`Model: layers.1 is a Linear ${foreign}`);
});

it('a module keeps anything else in its fields', () => {
  // As WebAssembly.Module is called.
  const Code = Object.defineProperty(class extends Date {}, 'name', { value: 'Module' });
  class Model extends Module {
    head = new Linear(sizes);
    code = new Code();
    buffer = theirs;
    nothing = null;
  }
  expect([...new Model().namedParameters()].map(([name]) => name)).toEqual(['head.weight', 'head.bias']);
});
