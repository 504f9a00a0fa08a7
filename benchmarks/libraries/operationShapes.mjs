import { numbers } from './serve.mjs';

const square = (n) => [n, n];
const wide = [64, 256, 1024];

/** Operations that every library computes: three sizes n, and the shapes of their inputs. */
export const operations = {
  matmul: { sizes: [32, 128, 512], inputs: (n) => [square(n), square(n)] },
  'add of a row': { sizes: wide, inputs: (n) => [square(n), [n]] },
  'gelu(exp(x)) / 2': { sizes: wide, inputs: (n) => [square(n)] },
  softmax: { sizes: wide, inputs: (n) => [square(n)] },
  layerNorm: { sizes: wide, inputs: (n) => [square(n), [n], [n]] },
  'sum over the last axis': { sizes: wide, inputs: (n) => [square(n)] },
  'sum over the first axis': { sizes: wide, inputs: (n) => [square(n)] },
  cumsum: { sizes: wide, inputs: (n) => [square(n)] },
  'transpose, copied': { sizes: wide, inputs: (n) => [square(n)] },
  'rows by index': { sizes: wide, inputs: (n) => [square(n)] },
  'topk of 10': { sizes: wide, inputs: (n) => [square(n)] },
  crossEntropy: { sizes: wide, inputs: (n) => [square(n)] },
  'attention, 8 heads of 64': { sizes: [16, 64, 256], inputs: (n) => Array.from({ length: 3 }, () => [8, n, 64]) },
};

const sizeOf = (shape) => shape.reduce((size, extent) => size * extent, 1);

/** Numbers of each input; small, so that exp stays finite. */
export const inputNumbers = (name, n) =>
  operations[name].inputs(n).map((shape) => ({ shape, values: numbers(sizeOf(shape)) }));

/** A row, or a class, for each of n: neither in order nor each once. */
export const places = (n) => Int32Array.from({ length: n }, (_, index) => (index * 7 + (index % 3)) % n);

/** The gradient of an operation's result, as given: 1 for a loss. */
export function givenGradient(name, n) {
  const shape = resultShape(name, n);
  return { shape, values: shape.length === 0 ? Float32Array.of(1) : numbers(sizeOf(shape)) };
}

function resultShape(name, n) {
  if (name.startsWith('sum')) return [n];
  if (name === 'topk of 10') return [n, 10];
  if (name === 'crossEntropy') return [];
  if (name.startsWith('attention')) return [8, n, 64];
  return [n, n];
}
