import * as kernels from '../packages/kernels/dist/index.js';
import { createOptimizerState, optimizerUpdate } from '../packages/kernels/dist/internal.js';
import { numbers } from './libraries/serve.mjs';

/**
 * A multiply-add loop on 16 chains of four numbers, 64 of them a trip: what arithmetic can reach on
 * an adapter at most.
 */
const multiplyAdds = (() => {
  const chains = Array.from({ length: 16 }, (_, index) => `chain${index}`);
  const additions = chains.map((chain) => `${chain} = fma(${chain}, factor, summand);`).join(' ');
  const trip = Array.from({ length: 4 }, () => additions).join('\n    ');
  return `// output[thread] = sum of 16 chains of x = fma(x, factor, summand)
struct Parameters { trips: u32 }
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read_write> output: array<vec4f>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) thread: vec3u) {
  let factor = vec4f(0.999, 0.998, 0.997, 0.996) + f32(thread.x) * 1e-9;
  let summand = vec4f(0.001);
  ${chains.map((chain, index) => `var ${chain} = vec4f(${index}.5);`).join(' ')}
  for (var trip = 0u; trip < parameters.trips; trip++) {
    ${trip}
  }
  output[thread.x] = ${chains.join(' + ')};
}`;
})();

/**
 * Named cases: each takes what a call of a kernel records, made once. Shapes are those of one layer
 * of a model with so many tokens.
 */
export function kernelCases(
  gpu,
  { tokens, hiddenSize: hidden, intermediateSize: inner, numAttentionHeads: numHeads, elementType = 'f32' },
) {
  const made = new Map();
  const persistent = (type, length, label) => {
    const key = `${type} ${length} ${label}`;
    if (!made.has(key)) {
      const array = gpu.allocatePersistent(type, length, label);
      if (type === 'f32') gpu.write(array, numbers(length));
      made.set(key, array);
    }
    return made.get(key);
  };
  const matrix = (label, columns = hidden, rows = tokens) => {
    const array = persistent(elementType, rows * columns, label);
    if (elementType === 'f16')
      kernels.cast(gpu, { input: persistent('f32', rows * columns, 'source'), output: array, length: rows * columns });
    return array;
  };
  const vector = (label, length = hidden) => persistent('f32', length, label);
  const length = tokens * hidden;
  const sequenceLength = Math.min(tokens, 64);
  const numSequences = tokens / sequenceLength;
  const cuSeqlens = persistent('u32', numSequences + 1, 'cuSeqlens');
  gpu.write(
    cuSeqlens,
    Uint32Array.from({ length: numSequences + 1 }, (_, index) => index * sequenceLength),
  );
  const state = persistent('u32', 4, 'random state');
  const tokenKeys = persistent('u32', tokens, 'token keys');
  gpu.write(
    tokenKeys,
    Uint32Array.from(
      { length: tokens },
      (_, token) => (Math.floor(token / sequenceLength) << 16) | (token % sequenceLength),
    ),
  );
  const dropout = { probability: 0.1, site: 1, random: { state, tokenKeys } };
  const sequences = {
    cuSeqlens,
    totalTokens: tokens,
    numSequences,
    maxSeqlen: sequenceLength,
    numHeads,
    headSize: hidden / numHeads,
    dropout,
  };
  const rows = { rows: tokens, columns: hidden };
  const normal = {
    mean: vector('mean', tokens),
    reciprocalStd: vector('reciprocal standard deviation', tokens),
    weight: vector('weight'),
  };
  const attended = {
    query: matrix('query'),
    key: matrix('key'),
    value: matrix('value'),
    output: matrix('attended'),
    logSumExp: vector('log of the sum of exponentials', tokens * numHeads),
  };
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
    'attention, dropout': () => kernels.attention(gpu, { ...attended, ...sequences }),
    'attention backward, dropout': () =>
      kernels.attentionBackward(gpu, {
        ...attended,
        ...sequences,
        gradOutput: matrix('gradOutput'),
        gradQuery: matrix('gradQuery'),
        gradKey: matrix('gradKey'),
        gradValue: matrix('gradValue'),
      }),
    'layer norm, residual, dropout': () =>
      kernels.layerNorm(gpu, {
        ...rows,
        ...normal,
        dropout,
        epsilon: 1e-12,
        input: matrix('a'),
        residual: vector('residual', length),
        bias: vector('bias'),
        output: vector('normalised', length),
        sum: vector('sum', length),
      }),
    'layer norm': () =>
      kernels.layerNorm(gpu, {
        ...rows,
        ...normal,
        epsilon: 1e-12,
        input: matrix('a'),
        bias: vector('bias'),
        output: vector('normalised', length),
      }),
    'layer norm backward, dropout': () =>
      kernels.layerNormBackward(gpu, {
        ...rows,
        ...normal,
        dropout,
        gradOutput: vector('residual', length),
        sum: vector('sum', length),
        gradSum: vector('gradSum', length),
        gradInput: matrix('gradInput'),
        gradWeight: vector('gradWeight'),
        gradBias: vector('gradBias'),
      }),
    softmax: () =>
      kernels.softmax(gpu, { input: vector('residual', length), output: vector('normalised', length), ...rows }),
    GELU: () => kernels.gelu(gpu, { input: matrix('a'), output: matrix('product'), length }),
    'GELU backward': () =>
      kernels.geluBackward(gpu, {
        gradOutput: matrix('gradOutput'),
        input: matrix('a'),
        gradInput: matrix('product'),
        length,
      }),
    'GELU backward with the bias': () =>
      kernels.geluBackwardWithBias(gpu, {
        gradOutput: matrix('gradOutput'),
        input: matrix('a'),
        gradInput: matrix('product'),
        gradBias: vector('gradBias'),
        ...rows,
      }),
    add: () => kernels.add(gpu, { a: matrix('a'), b: matrix('gradOutput'), output: matrix('product'), length }),
    dropout: () => kernels.dropout(gpu, { input: matrix('a'), output: matrix('product'), ...rows, dropout }),
    'cast to f16': () =>
      kernels.cast(gpu, { input: vector('residual', length), output: persistent('f16', length, 'half'), length }),
    'column sums (bias gradient)': () =>
      kernels.columnSum(gpu, { input: matrix('a'), output: vector('gradBias'), ...rows }),
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
  const fp16Weights = gpu.allocatePersistent('f16', parameters, 'f16 weights');
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
    'AdamW, with the global norm and f16 weights': () =>
      optimizerUpdate(gpu, { state, segments: [{ ...segment, fp16Weights }] }),
    clear: () => gpu.clear(segment.gradients),
  };
}
