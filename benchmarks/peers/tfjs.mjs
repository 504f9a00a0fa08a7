import { createRequire } from 'node:module';
import { provideWebGpu } from './webgpuInNode.mjs';
import { operation } from './tfjsOperations.mjs';
import { numbers, serve } from '../libraries/serve.mjs';
import { batchIds, dropoutProbability, maxPositions, vocabSize } from '../libraries/stepShape.mjs';

provideWebGpu();
const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs');
const { WebGPUBackend } = require('@tensorflow/tfjs-backend-webgpu');
if (!WebGPUBackend) throw new Error('the WebGPU backend of TensorFlow.js did not load');
await tf.setBackend('webgpu');
await tf.ready();

async function gemm({ layout, m, n, k }) {
  const matrix = (rows, columns) => tf.tensor2d(numbers(rows * columns), [rows, columns]);
  const a = layout === 'TN' ? matrix(k, m) : matrix(m, k);
  const b = layout === 'NT' ? matrix(n, k) : matrix(k, n);
  return async (repeats) => {
    for (let index = 0; index < repeats; index++) {
      const output = tf.matMul(a, b, layout === 'TN', layout === 'NT');
      if (index === repeats - 1) await tf.tidy(() => output.slice([0, 0], [1, 1])).data();
      output.dispose();
    }
  };
}

const weight = (...shape) => tf.variable(tf.randomNormal(shape, 0, 0.02));
const constant = (value, ...shape) => tf.variable(tf.fill(shape, value));
const linear = (inputs, outputs) => ({ weight: weight(inputs, outputs), bias: constant(0, outputs) });

function makeWeights({ hiddenSize: hidden, numHiddenLayers: layers, intermediateSize: inner }) {
  const norm = () => ({ weight: constant(1, hidden), bias: constant(0, hidden) });
  const embeddings = {
    words: weight(vocabSize, hidden),
    positions: weight(maxPositions, hidden),
    types: weight(2, hidden),
    norm: norm(),
  };
  const blocks = Array.from({ length: layers }, () => ({
    query: linear(hidden, hidden),
    key: linear(hidden, hidden),
    value: linear(hidden, hidden),
    attended: linear(hidden, hidden),
    attendedNorm: norm(),
    inner: linear(hidden, inner),
    outer: linear(inner, hidden),
    outerNorm: norm(),
  }));
  return { embeddings, blocks, pooler: linear(hidden, hidden), classifier: linear(hidden, 2) };
}

const apply = (x, { weight: matrix, bias }) => x.matMul(matrix).add(bias);
const normalise = (x, { weight: gain, bias }) => {
  const mean = x.mean(-1, true);
  const centred = x.sub(mean);
  return centred.mul(centred.square().mean(-1, true).add(1e-12).rsqrt()).mul(gain).add(bias);
};
const drop = (x) => tf.dropout(x, dropoutProbability);
const gelu = (x) => x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));

function makeInputs(batchSize, length) {
  const { ids, labels } = batchIds(batchSize, length);
  const positions = ids.map((_, index) => index % length);
  return {
    words: tf.tensor1d(ids, 'int32'),
    positions: tf.tensor1d(positions, 'int32'),
    types: tf.zeros([ids.length], 'int32'),
    targets: tf.oneHot(tf.tensor1d(labels, 'int32'), 2),
  };
}

/** The loss of a batch by these weights. */
function lossOf({ hiddenSize: hidden, numAttentionHeads: heads }, batchSize, length, weights) {
  const headSize = hidden / heads;
  const { embeddings, blocks, pooler, classifier } = weights;
  const { words, positions, types, targets } = makeInputs(batchSize, length);
  const split = (x) => x.reshape([batchSize, length, heads, headSize]).transpose([0, 2, 1, 3]);
  return () => {
    let x = tf
      .gather(embeddings.words, words)
      .add(tf.gather(embeddings.positions, positions))
      .add(tf.gather(embeddings.types, types));
    x = drop(normalise(x, embeddings.norm));
    for (const block of blocks) {
      const [query, key, value] = [block.query, block.key, block.value].map((part) => split(apply(x, part)));
      const scores = query.matMul(key, false, true).mul(1 / Math.sqrt(headSize));
      const attended = drop(scores.softmax())
        .matMul(value)
        .transpose([0, 2, 1, 3])
        .reshape([batchSize * length, hidden]);
      x = normalise(drop(apply(attended, block.attended)).add(x), block.attendedNorm);
      x = normalise(drop(apply(gelu(apply(x, block.inner)), block.outer)).add(x), block.outerNorm);
    }
    const first = x
      .reshape([batchSize, length, hidden])
      .slice([0, 0, 0], [batchSize, 1, hidden])
      .reshape([batchSize, hidden]);
    const logits = apply(drop(apply(first, pooler).tanh()), classifier);
    return tf.losses.softmaxCrossEntropy(targets, logits);
  };
}

/**
 * BERT with a classifier, forward, backward and Adam, as one would write it in TensorFlow.js; no
 * padding in the batch, so no mask.
 */
async function step({ config, batchSize, length }) {
  const forward = lossOf(config, batchSize, length, makeWeights(config));
  const optimizer = tf.train.adam(5e-5);
  return async (repeats) => {
    let loss = NaN;
    for (let index = 0; index < repeats; index++) {
      const value = optimizer.minimize(forward, true);
      [loss] = await value.data();
      value.dispose();
    }
    return { loss };
  };
}

await serve({ gemm, operation: operation(tf), step });
