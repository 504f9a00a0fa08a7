import { provideWebGpu } from './webgpuInNode.mjs';
import { operation } from './jaxOperations.mjs';
import { numbers, serve } from '../libraries/serve.mjs';
import { batchIds, dropoutProbability, maxPositions, vocabSize } from '../libraries/stepShape.mjs';

provideWebGpu();
const jax = await import('@jax-js/jax');
const { numpy: np } = jax;
await jax.init('webgpu');
jax.defaultDevice('webgpu');

async function gemm({ layout, m, n, k }) {
  const matrix = (rows, columns) => np.array(numbers(rows * columns)).reshape([rows, columns]);
  const a = layout === 'TN' ? matrix(k, m) : matrix(m, k);
  const b = layout === 'NT' ? matrix(n, k) : matrix(k, n);
  const product = jax.jit((x, y) =>
    np.matmul(layout === 'TN' ? np.transpose(x) : x, layout === 'NT' ? np.transpose(y) : y),
  );
  return async (repeats) => {
    for (let index = 0; index < repeats; index++) {
      const output = product(a.ref, b.ref);
      if (index === repeats - 1) await jax.blockUntilReady(output);
      output.dispose();
    }
  };
}

const weight = (rows, columns) =>
  np.array(numbers(rows * columns).map((value) => 0.02 * value)).reshape([rows, columns]);
const linear = (inputs, outputs) => ({ weight: weight(inputs, outputs), bias: np.zeros([outputs]) });

function makeWeights({ hiddenSize: hidden, numHiddenLayers: layers, intermediateSize: inner }) {
  const norm = () => ({ weight: np.ones([hidden]), bias: np.zeros([hidden]) });
  const params = {
    norm: norm(),
    blocks: Array.from({ length: layers }, () => ({
      query: linear(hidden, hidden),
      key: linear(hidden, hidden),
      value: linear(hidden, hidden),
      attended: linear(hidden, hidden),
      attendedNorm: norm(),
      inner: linear(hidden, inner),
      outer: linear(inner, hidden),
      outerNorm: norm(),
    })),
    pooler: linear(hidden, hidden),
    classifier: linear(hidden, 2),
  };
  const tables = {
    words: weight(vocabSize, hidden),
    positions: weight(maxPositions, hidden),
    types: weight(2, hidden),
  };
  return { params, tables };
}

const apply = (x, { weight: matrix, bias }) => np.matmul(x, matrix).add(bias);
const normalise = (x, { weight: gain, bias }) => jax.nn.standardize(x, -1, { epsilon: 1e-12 }).mul(gain).add(bias);
const gelu = (x) => x.ref.mul(0.5).mul(jax.lax.erf(x.mul(Math.SQRT1_2)).add(1));

/** Dropout whose sites are counted from the first of a step on. */
function countedDropout(key) {
  let site = 0;
  return (x) => {
    const { shape } = x;
    const ofSite = key.ref.add(np.array(new Uint32Array([site++, 0])));
    const kept = jax.random.bernoulli(ofSite, 1 - dropoutProbability, shape);
    return np.where(kept, x.mul(1 / (1 - dropoutProbability)), 0);
  };
}

/** The loss of a batch by weights, embedded tokens and a key. */
function lossOf({ hiddenSize: hidden, numAttentionHeads: heads }, batchSize, length, targets) {
  const headSize = hidden / heads;
  const tokens = batchSize * length;
  const split = (x) => np.transpose(x.reshape([batchSize, length, heads, headSize]), [0, 2, 1, 3]);
  return (weights, embedded, key) => {
    const drop = countedDropout(key);
    let x = drop(normalise(embedded, weights.norm));
    for (const block of weights.blocks) {
      const [query, value] = [block.query, block.value].map((part) => split(apply(x.ref, part)));
      const keys = split(apply(x.ref, block.key));
      const scores = np.matmul(query, np.transpose(keys, [0, 1, 3, 2])).mul(1 / Math.sqrt(headSize));
      const attended = np
        .transpose(np.matmul(drop(jax.nn.softmax(scores, -1)), value), [0, 2, 1, 3])
        .reshape([tokens, hidden]);
      x = normalise(drop(apply(attended, block.attended)).add(x), block.attendedNorm);
      x = normalise(drop(apply(gelu(apply(x.ref, block.inner)), block.outer)).add(x), block.outerNorm);
    }
    const first = x.reshape([batchSize, length, hidden]).slice([], 0);
    const logits = apply(drop(np.tanh(apply(first, weights.pooler))), weights.classifier);
    key.dispose();
    return jax.nn
      .logSoftmax(logits, -1)
      .mul(targets.ref)
      .sum()
      .mul(-1 / batchSize);
  };
}

const adam = jax.jit((p, g, m, v) => {
  const average = m.mul(0.9).add(g.ref.mul(0.1));
  const square = v.mul(0.999).add(g.ref.mul(g).mul(0.001));
  return { p: p.sub(average.ref.div(np.sqrt(square.ref).add(1e-8)).mul(5e-5)), m: average, v: square };
});

/** Weights with their moments, updated leaf by leaf. */
function update({ weights, means, squares }, gradients) {
  const [leaves, treedef] = jax.tree.flatten(weights);
  const [g, m, v] = [gradients, means, squares].map((tree) => jax.tree.leaves(tree));
  const results = leaves.map((leaf, place) => adam(leaf, g[place], m[place], v[place]));
  const collect = (name) =>
    jax.tree.unflatten(
      treedef,
      results.map((result) => result[name]),
    );
  return { weights: collect('p'), means: collect('m'), squares: collect('v') };
}

/**
 * BERT with a classifier, forward, backward and Adam, as one would write it in jax-js; no padding
 * in the batch, so no mask. The lookup of embeddings stays outside `jit`, which cannot
 * differentiate it; its gradient goes back through `vjp`.
 */
async function step({ config, batchSize, length }) {
  const { ids, labels } = batchIds(batchSize, length);
  const words = np.array(ids);
  const positions = np.array(ids.map((_, index) => index % length));
  const types = np.array(ids.map(() => 0));
  const isClass = (_, index) => Number(labels[index >> 1] === index % 2);
  const targets = np.array(Float32Array.from({ length: batchSize * 2 }, isClass)).reshape([batchSize, 2]);
  const gradientsOf = jax.jit(jax.valueAndGrad(lossOf(config, batchSize, length, targets), { argnums: [0, 1] }));
  const lookUp = (tables) =>
    np
      .take(tables.words, words.ref, 0)
      .add(np.take(tables.positions, positions.ref, 0))
      .add(np.take(tables.types, types.ref, 0));
  const weights = makeWeights(config);
  const zeros = () => jax.tree.map((x) => np.zeros(x.shape), weights);
  let state = { weights, means: zeros(), squares: zeros() };
  let number = 0;
  return async (repeats) => {
    let loss = NaN;
    for (let index = 0; index < repeats; index++) {
      const [embedded, pullBack] = jax.vjp(lookUp, [jax.tree.ref(state.weights.tables)]);
      const [value, [params, gradEmbedded]] = gradientsOf(
        jax.tree.ref(state.weights.params),
        embedded,
        jax.random.key(number++),
      );
      const [tables] = pullBack(gradEmbedded);
      pullBack.dispose?.();
      state = update(state, { params, tables });
      [loss] = await value.data();
      await jax.blockUntilReady(state.weights);
    }
    return { loss };
  };
}

await serve({ gemm, operation: operation(jax), step });
