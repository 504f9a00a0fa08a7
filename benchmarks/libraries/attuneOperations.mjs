import * as attune from '../../packages/tensor/dist/index.js';
import { givenGradient, inputNumbers, places } from './operationShapes.mjs';

const calls = {
  matmul: (a, b) => attune.matmul(a, b),
  'add of a row': (a, b) => attune.add(a, b),
  'gelu(exp(x)) / 2': (x) => attune.scale(attune.gelu(attune.exp(x)), 0.5),
  softmax: (x) => attune.softmax(x),
  layerNorm: (x, weight, bias) => attune.layerNorm(x, weight, bias),
  'sum over the last axis': (x) => attune.sum(x, -1),
  'sum over the first axis': (x) => attune.sum(x, 0),
  cumsum: (x) => attune.cumsum(x, -1),
  'transpose, copied': (x) => attune.transpose(x, 0, 1),
  'rows by index': (x, ids) => attune.indexSelect(x, 0, ids),
  'topk of 10': (x) => attune.topk(x, 10).values,
  crossEntropy: (x, ids) => attune.crossEntropy(x, ids),
  'attention, 8 heads of 64': (q, k, v) => attune.scaledDotProductAttention(q, k, v),
};

/** One operation, or it and its gradients. */
export const operation = (device) =>
  async function prepare({ name, n, backward, read }) {
    const inputs = inputNumbers(name, n).map(({ shape, values }) =>
      attune.tensor(values, { shape, device, requiresGrad: backward }),
    );
    const ids = attune.tensor(places(n), { shape: [n], device });
    const { shape, values } = givenGradient(name, n);
    const gradient = attune.tensor(values, { shape, device });
    const compute = () => {
      const result = calls[name](...inputs, ids);
      if (backward) result.backward(shape.length === 0 ? 1 : gradient);
      return result;
    };
    const record = () => {
      compute();
      for (const input of inputs) input.clearGrad();
    };
    const valuesOf = async (tensors) => ({
      values: await Promise.all(tensors.map(async (tensor) => [...(await tensor.data())])),
    });
    return async (repeats) => {
      if (read) {
        for (const input of inputs) input.clearGrad();
        const result = compute();
        return valuesOf(backward ? inputs.map(({ grad }) => grad) : [result]);
      }
      for (let index = 0; index < repeats; index++) device.scope(record);
      await device.idle();
    };
  };
