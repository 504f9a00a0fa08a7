import { givenGradient, inputNumbers, places } from '../libraries/operationShapes.mjs';

/** One operation, or it and its gradients, as one would write it in TensorFlow.js. */
export const operation = (tf) =>
  async function prepare({ name, n, backward, read }) {
    const ids = tf.tensor1d(places(n), 'int32');
    const targets = tf.oneHot(ids, n);
    const calls = {
      matmul: (a, b) => tf.matMul(a, b),
      'add of a row': (a, b) => tf.add(a, b),
      'gelu(exp(x)) / 2': (x) => {
        const y = x.exp();
        return y.mul(0.5).mul(y.mul(Math.SQRT1_2).erf().add(1)).mul(0.5);
      },
      softmax: (x) => tf.softmax(x),
      layerNorm: (x, weight, bias) => {
        const centred = x.sub(x.mean(-1, true));
        return centred.mul(centred.square().mean(-1, true).add(1e-5).rsqrt()).mul(weight).add(bias);
      },
      'sum over the last axis': (x) => tf.sum(x, -1),
      'sum over the first axis': (x) => tf.sum(x, 0),
      cumsum: (x) => tf.cumsum(x, -1),
      'transpose, copied': (x) => tf.transpose(x),
      'rows by index': (x) => tf.gather(x, ids),
      'topk of 10': (x) => tf.topk(x, 10).values,
      crossEntropy: (x) => tf.losses.softmaxCrossEntropy(targets, x),
      'attention, 8 heads of 64': (q, k, v) => tf.matMul(tf.softmax(tf.matMul(q, k, false, true).mul(1 / 8)), v),
    };
    const inputs = inputNumbers(name, n).map(({ shape, values }) => tf.tensor(values, shape));
    const { shape, values } = givenGradient(name, n);
    const gradient = tf.tensor(values, shape);
    const gradients = tf.grads(calls[name]);
    const run = () => (backward ? gradients(inputs, gradient) : [calls[name](...inputs)]);
    return async (repeats) => {
      if (read) return { values: await Promise.all(run().map(async (output) => [...(await output.data())])) };
      for (let index = 0; index < repeats; index++) {
        const outputs = tf.tidy(run);
        if (index === repeats - 1) await tf.tidy(() => outputs[0].flatten().slice([0], [1])).data();
        tf.dispose(outputs);
      }
    };
  };
