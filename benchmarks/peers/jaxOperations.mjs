import { givenGradient, inputNumbers, places } from '../libraries/operationShapes.mjs';

/** One operation, or it and its gradients, as one would write it in jax-js, compiled by `jit`. */
export const operation = (jax) =>
  async function prepare({ name, n, backward, read }) {
    const { numpy: np } = jax;
    const ids = np.array(places(n));
    const calls = {
      matmul: (a, b) => np.matmul(a, b),
      'add of a row': (a, b) => a.add(b),
      'gelu(exp(x)) / 2': (x) => jax.nn.gelu(np.exp(x), { approximate: false }).mul(0.5),
      softmax: (x) => jax.nn.softmax(x, -1),
      layerNorm: (x, weight, bias) => jax.nn.standardize(x, -1, { epsilon: 1e-5 }).mul(weight).add(bias),
      'sum over the last axis': (x) => x.sum(-1),
      'sum over the first axis': (x) => x.sum(0),
      cumsum: (x) => np.cumsum(x, -1),
      'transpose, copied': (x) => np.transpose(x),
      'rows by index': (x) => np.take(x, ids.ref, 0),
      'topk of 10': (x) => {
        const [values, where] = jax.lax.topK(x, 10);
        where.dispose();
        return values;
      },
      crossEntropy: (x) =>
        jax.nn
          .logSoftmax(x, -1)
          .mul(jax.nn.oneHot(ids.ref, n))
          .sum()
          .mul(-1 / n),
      'attention, 8 heads of 64': (q, k, v) =>
        np.matmul(jax.nn.softmax(np.matmul(q, np.transpose(k, [0, 2, 1])).mul(1 / 8), -1), v),
    };
    const inputs = inputNumbers(name, n).map(({ shape, values }) => np.array(values).reshape(shape));
    const { shape, values: upstream } = givenGradient(name, n);
    // Not `grad`: under `jit` it drops the result, and of what is linear
    // computes no forward at all.
    const both = (given, ...x) => {
      const [result, pullBack] = jax.vjp(calls[name], x);
      const gradients = pullBack(given);
      pullBack.dispose();
      return [result, ...gradients];
    };
    const compiled = jax.jit(backward ? both : calls[name]);
    const given = backward ? [np.array(upstream).reshape(shape)] : [];
    const run = () => compiled(...[...given, ...inputs].map((input) => input.ref));
    return async (repeats) => {
      // What is disposed of before it is waited for is not computed.
      const outputs = Array.from({ length: repeats }, run);
      await jax.blockUntilReady(outputs);
      const values = read && (await Promise.all(outputs.flat().map((output) => output.ref.data())));
      for (const output of outputs.flat()) output.dispose();
      return values && { values: values.slice(backward ? 1 : 0).map((array) => [...array]) };
    };
  };
