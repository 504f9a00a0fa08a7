import * as kernels from '../packages/kernels/dist/index.js';
import { createOptimizerState, optimizerUpdate } from '../packages/kernels/dist/internal.js';
import { numbers } from './libraries/serve.mjs';
import { multiplyAdds } from './multiplyAdds.mjs';

/** Tokens of a sequence at most. */
const longest = 64;

/**
 * Named cases: each takes what a call of a kernel records, made once. Shapes are those of one layer
 * of a model with so many tokens.
 */
export function kernelCases(gpu, shape) {
  const layer = makeLayer(gpu, shape);
  return { ...productCases(layer), ...attentionCases(layer), ...normCases(layer), ...elementwiseCases(layer) };
}

/** What the cases of a layer share: its sizes, its arrays by label, and its dropout. */
function makeLayer(
  gpu,
  { tokens, hiddenSize: hidden, intermediateSize: inner, numAttentionHeads: numHeads, elementType = 'f32' },
) {
  const made = new Map();
  const persistent = (type, length, label) => {
    const key = `${type} ${length} ${label}`;
    if (!made.has(key)) {
      const array = gpu.allocatePersistent(type, length, label);
      if (type === 'f32') gpu.write(array, numbers(length));
      if (type === 'f16') kernels.cast(gpu, { input: persistent('f32', length, 'source'), output: array, length });
      made.set(key, array);
    }
    return made.get(key);
  };
  const matrix = (label, columns = hidden, rows = tokens) => persistent(elementType, rows * columns, label);
  const vector = (label, length = hidden) => persistent('f32', length, label);
  const tokenKeys = persistent('u32', tokens, 'token keys');
  const keyOf = (_, token) => (Math.floor(token / longest) << 16) | (token % longest);
  gpu.write(tokenKeys, Uint32Array.from({ length: tokens }, keyOf));
  const random = { state: persistent('u32', 4, 'random state'), tokenKeys };
  const sizes = { tokens, hidden, inner, numHeads, length: tokens * hidden, rows: { rows: tokens, columns: hidden } };
  return { gpu, ...sizes, persistent, matrix, vector, dropout: { probability: 0.1, site: 1, random } };
}

function productCases({ gpu, tokens, hidden, inner, matrix, vector }) {
  const gemm =
    (layout, m, n, k, options = {}) =>
    () =>
      kernels.gemm(gpu, {
        a: matrix('a', k, m),
        b: matrix('b', k, n),
        output: layout === 'TN' ? vector('gradient of a weight', m * n) : matrix('product', n, m),
        m,
        n,
        k,
        layout,
        ...options,
      });
  return {
    [`gemm NT ${tokens} x ${hidden} x ${hidden}`]: gemm('NT', tokens, hidden, hidden, { bias: vector('bias') }),
    [`gemm NN ${tokens} x ${hidden} x ${hidden}`]: gemm('NN', tokens, hidden, hidden),
    [`gemm TN ${hidden} x ${hidden} x ${tokens}`]: gemm('TN', hidden, hidden, tokens, { accumulate: true }),
    [`gemm NT ${tokens} x ${inner} x ${hidden}, GELU`]: gemm('NT', tokens, inner, hidden, {
      bias: vector('wide bias', inner),
      activation: 'gelu',
      preActivation: matrix('before GELU', inner),
    }),
    [`gemm NN ${tokens} x ${hidden} x ${inner}`]: gemm('NN', tokens, hidden, inner),
    [`gemm TN ${hidden} x ${inner} x ${tokens}`]: gemm('TN', hidden, inner, tokens, { accumulate: true }),
  };
}

function attentionCases({ gpu, tokens, hidden, numHeads, persistent, matrix, vector, dropout }) {
  const maxSeqlen = Math.min(tokens, longest);
  const numSequences = tokens / maxSeqlen;
  const cuSeqlens = persistent('u32', numSequences + 1, 'cuSeqlens');
  const boundaries = Uint32Array.from({ length: numSequences + 1 }, (_, index) => index * maxSeqlen);
  gpu.write(cuSeqlens, boundaries);
  const headSize = hidden / numHeads;
  const common = {
    cuSeqlens,
    totalTokens: tokens,
    numSequences,
    maxSeqlen,
    numHeads,
    headSize,
    dropout,
    query: matrix('query'),
    key: matrix('key'),
    value: matrix('value'),
    output: matrix('attended'),
    logSumExp: vector('log of the sum of exponentials', tokens * numHeads),
  };
  return {
    'attention, dropout': () => kernels.attention(gpu, common),
    'attention backward, dropout': () =>
      kernels.attentionBackward(gpu, {
        ...common,
        gradOutput: matrix('gradOutput'),
        gradQuery: matrix('gradQuery'),
        gradKey: matrix('gradKey'),
        gradValue: matrix('gradValue'),
      }),
  };
}

function normCases({ gpu, tokens, length, rows, matrix, vector, dropout }) {
  const common = {
    ...rows,
    mean: vector('mean', tokens),
    reciprocalStd: vector('reciprocal standard deviation', tokens),
    weight: vector('weight'),
  };
  const forward = {
    ...common,
    epsilon: 1e-12,
    input: matrix('a'),
    bias: vector('bias'),
    output: vector('normalised', length),
  };
  const [residual, sum] = [vector('residual', length), vector('sum', length)];
  return {
    'layer norm, residual, dropout': () => kernels.layerNorm(gpu, { ...forward, dropout, residual, sum }),
    'layer norm': () => kernels.layerNorm(gpu, forward),
    'layer norm backward, dropout': () =>
      kernels.layerNormBackward(gpu, {
        ...common,
        dropout,
        gradOutput: residual,
        sum,
        gradSum: vector('gradSum', length),
        gradInput: matrix('gradInput'),
        gradWeight: vector('gradWeight'),
        gradBias: vector('gradBias'),
      }),
    softmax: () => kernels.softmax(gpu, { input: residual, output: vector('normalised', length), ...rows }),
  };
}

function elementwiseCases({ gpu, length, rows, persistent, matrix, vector, dropout }) {
  const [input, output, gradOutput] = [matrix('a'), matrix('product'), matrix('gradOutput')];
  const gradients = { gradOutput, input, gradInput: output };
  const gradBias = vector('gradBias');
  const [single, half] = [vector('residual', length), persistent('f16', length, 'half')];
  return {
    GELU: () => kernels.gelu(gpu, { input, output, length }),
    'GELU backward': () => kernels.geluBackward(gpu, { ...gradients, length }),
    'GELU backward with the bias': () => kernels.geluBackwardWithBias(gpu, { ...gradients, gradBias, ...rows }),
    add: () => kernels.add(gpu, { a: input, b: gradOutput, output, length }),
    dropout: () => kernels.dropout(gpu, { input, output, ...rows, dropout }),
    'cast to f16': () => kernels.cast(gpu, { input: single, output: half, length }),
    'column sums (bias gradient)': () => kernels.columnSum(gpu, { input, output: gradBias, ...rows }),
  };
}

/**
 * Cases that do not depend on a model: the ceilings, and the optimizer over `parameters` weights.
 */
export function commonCases(gpu, { parameters }) {
  const copied = 2 ** 22;
  const floats = (label, length = parameters) => gpu.allocatePersistent('f32', length, label);
  const [source, target] = [floats('source', copied), floats('target', copied)];
  const threads = 64 * 64;
  const chains = gpu.allocatePersistent('f32', threads * 4, 'chains');
  const trips = 1000;
  const state = createOptimizerState(gpu, { learningRates: [1e-5], groups: [{ weightDecay: 0.01 }] });
  const segment = {
    weights: floats('weights'),
    gradients: floats('gradients'),
    expAvg: floats('expAvg'),
    expAvgSq: floats('expAvgSq'),
    groupIds: gpu.allocatePersistent('u32', parameters / 64, 'groupIds'),
    length: parameters,
  };
  return {
    copy: () => gpu.copy(source, target),
    'multiply-add loop': () =>
      gpu.dispatch({
        program: { key: 'multiply-add loop', source: () => multiplyAdds },
        parameters: { integers: [trips] },
        reads: [],
        writes: [chains],
        workgroups: [threads / 64, 1, 1],
        work: { flops: 2 * 4 * 64 * trips * threads },
      }),
    'AdamW, with the global norm': () => optimizerUpdate(gpu, { state, segments: [segment] }),
    clear: () => gpu.clear(segment.gradients),
  };
}
