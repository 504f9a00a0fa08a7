import { flag, fraction, optional, orNull, requireOptions, wholeNumber } from '@attune/validate';
import { ShapeError, TensorError } from '../../errors.ts';
import { cast } from '../../functional/elementwise/cast.ts';
import { requireFloats, requireGivenOptions } from '../../functional/checks.ts';
import { eye } from '../../functional/creation/sequences.ts';
import { zeros } from '../../functional/creation/create.ts';
import { concat } from '../../functional/movement/joining.ts';
import { linear } from '../../functional/products/linear.ts';
import { matmul } from '../../functional/products/matmul.ts';
import { permute, repeat, reshape, squeeze, transpose, unsqueeze } from '../../functional/movement/movement.ts';
import { mean } from '../../functional/reductions/reductions.ts';
import { scaledDotProductAttention } from '../../functional/attention/scaledDotProductAttention.ts';
import { narrow } from '../../functional/movement/slicing.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { attentionMask, maskKind } from './attentionMask.ts';
import { constantDraw, newParameter } from '../init/drawing.ts';
import { drawnKey } from '../layers/dropout.ts';
import { xavierNormalDraw, xavierUniformDraw } from '../init/fans.ts';
import { Linear } from '../layers/linear.ts';
import { Module } from '../module/module.ts';
import { deviceFor, newModuleKinds } from '../module/moduleOptions.ts';
import type { NewModuleOptions } from '../module/moduleOptions.ts';
import type { Parameter } from '../parameter/parameter.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/** Options of `new MultiheadAttention`. */
export interface MultiheadAttentionOptions extends NewModuleOptions {
  /** Width of queries and of the result; it is divided among the heads. */
  readonly embedDim: number;
  /** Number of heads, which divides `embedDim`. */
  readonly numHeads: number;
  /** Dropout probability of the attention weights in training. Default 0. */
  readonly dropout?: number | undefined;
  /** Whether the projections have biases. Default true. */
  readonly bias?: boolean | undefined;
  /** Whether a learned key and value are appended to those given. Default false. */
  readonly addBiasKv?: boolean | undefined;
  /** Whether a key and value of zeros are appended to those given. Default false. */
  readonly addZeroAttn?: boolean | undefined;
  /** Width of keys. Default `embedDim`. */
  readonly kdim?: number | null | undefined;
  /** Width of values. Default `embedDim`. */
  readonly vdim?: number | null | undefined;
  /** Whether tensors are [batch, length, width], and not [length, batch, width]. Default false. */
  readonly batchFirst?: boolean | undefined;
}

/** Options of `MultiheadAttention.forward`. */
export interface MultiheadAttentionCall {
  /**
   * [batch, keys], or [keys] without a batch: bool, true where a key is padding and ignored; or
   * numbers that are added to the scores. Default: none.
   */
  readonly keyPaddingMask?: Tensor | null | undefined;
  /** Whether to also return the attention weights, which costs memory and time. Default true. */
  readonly needWeights?: boolean | undefined;
  /**
   * [queries, keys] or [batch numHeads, queries, keys]: bool, true where a query may not attend to
   * a key; or numbers that are added to the scores. Default: none.
   */
  readonly attnMask?: Tensor | null | undefined;
  /** Whether to average the returned weights over heads. Default true. */
  readonly averageAttnWeights?: boolean | undefined;
  /**
   * Whether query i attends only to keys up to i. With `attnMask` it asserts that the mask is
   * causal; the mask is then used as it is. Default false.
   */
  readonly isCausal?: boolean | undefined;
}

const where = 'new MultiheadAttention';
const width = wholeNumber(1);
const kinds = {
  embedDim: width,
  numHeads: width,
  dropout: optional(fraction),
  bias: optional(flag),
  addBiasKv: optional(flag),
  addZeroAttn: optional(flag),
  kdim: optional(orNull(width)),
  vdim: optional(orNull(width)),
  batchFirst: optional(flag),
  ...newModuleKinds,
};
const callKinds = {
  keyPaddingMask: optional(orNull(maskKind)),
  needWeights: optional(flag),
  attnMask: optional(orNull(maskKind)),
  averageAttnWeights: optional(flag),
  isCausal: optional(flag),
};

/**
 * Multi-head attention, as `torch.nn.MultiheadAttention`: the same weights for a seed, under the
 * same names. All scores are stored. Vaswani et al., "Attention is all you need", 2017.
 */
export class MultiheadAttention extends Module {
  /**
   * [3 embedDim, embedDim]: weights for queries, keys and values; null where keys or values have
   * another width.
   */
  readonly in_proj_weight: Parameter | null;
  /** [embedDim, embedDim], or null. */
  readonly q_proj_weight: Parameter | null;
  /** [embedDim, kdim], or null. */
  readonly k_proj_weight: Parameter | null;
  /** [embedDim, vdim], or null. */
  readonly v_proj_weight: Parameter | null;
  /** [3 embedDim] */
  readonly in_proj_bias: Parameter | null;
  /** [1, 1, embedDim] */
  readonly bias_k: Parameter | null = null;
  /** [1, 1, embedDim] */
  readonly bias_v: Parameter | null = null;
  /** Output projection, under PyTorch's name. */
  readonly out_proj: Linear;
  /** Width of queries and of the result. */
  readonly embedDim: number;
  /** Heads. */
  readonly numHeads: number;
  /** Width of keys. */
  readonly kdim: number;
  /** Width of values. */
  readonly vdim: number;
  /** Dropout probability of the attention weights in training. */
  readonly dropout: number;
  /** Whether a key and value of zeros are appended to those given. */
  readonly addZeroAttn: boolean;
  /** Whether tensors are [batch, length, width], and not [length, batch, width]. */
  readonly batchFirst: boolean;

  /** @throws TensorError, ShapeError */
  constructor(options: MultiheadAttentionOptions) {
    super();
    requireOptions(where, options, kinds, { error: TensorError });
    requireAtMost('new MultiheadAttention', 1, arguments);
    const { embedDim, numHeads, dropout = 0, bias = true, addBiasKv = false } = options;
    if (embedDim % numHeads !== 0)
      throw new TensorError(`${where}: embedDim is ${embedDim}; it must be a multiple of numHeads, ${numHeads}`);
    const device = deviceFor(where, options);
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.kdim = options.kdim ?? embedDim;
    this.vdim = options.vdim ?? embedDim;
    this.dropout = dropout;
    this.addZeroAttn = options.addZeroAttn ?? false;
    this.batchFirst = options.batchFirst ?? false;
    // PyTorch draws in this order.
    this.out_proj = new Linear({ inFeatures: embedDim, outFeatures: embedDim, bias, device });
    this.out_proj.bias?.setData(new Float32Array(embedDim));
    const same = this.kdim === embedDim && this.vdim === embedDim;
    const matrix = (rows: number, columns: number): Parameter => {
      const weight = newParameter(device, [rows, columns], xavierUniformDraw(where));
      weight.isMatrixOperand = true;
      return weight;
    };
    this.in_proj_weight = same ? matrix(3 * embedDim, embedDim) : null;
    this.q_proj_weight = same ? null : matrix(embedDim, embedDim);
    this.k_proj_weight = same ? null : matrix(embedDim, this.kdim);
    this.v_proj_weight = same ? null : matrix(embedDim, this.vdim);
    this.in_proj_bias = bias ? newParameter(device, [3 * embedDim], constantDraw(0)) : null;
    if (!addBiasKv) return;
    this.bias_k = newParameter(device, [1, 1, embedDim], xavierNormalDraw(where));
    this.bias_v = newParameter(device, [1, 1, embedDim], xavierNormalDraw(where));
  }

  /**
   * @param query [queries, batch, embedDim]; [batch, queries, embedDim] with `batchFirst`; or
   *   without a batch [queries, embedDim]
   * @param key [keys, batch, kdim], and so on
   * @param value [keys, batch, vdim], and so on
   * @returns the result, of the query's shape, and the weights [batch, queries, keys], with a
   *   dimension of heads after the batch where they are not averaged; null where not needed
   * @throws ShapeError, TensorError
   */
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: MultiheadAttentionCall = {},
  ): readonly [output: Tensor, weights: Tensor | null] {
    requireAtMost('MultiheadAttention.forward', 4, arguments, callKinds);
    this.#requireInputs(query, key, value, options);
    const isBatched = query.shape.length === 3;
    const [q, k, v] = this.#projected(query, key, value, (projected) => this.#heads(projected, isBatched));
    const [batch, , queries] = q.shape as [number, number, number];
    const mask = attentionMask(options, {
      batch,
      heads: this.numHeads,
      queries,
      keys: k.shape[2] as number,
      extra: Number(this.bias_k !== null) + Number(this.addZeroAttn),
      like: q,
    });
    const [output, weights] = this.#attend(q, k, v, { ...options, mask });
    const joined = reshape(permute(output, [0, 2, 1, 3]), [batch, queries, this.embedDim]);
    const placed = isBatched ? (this.batchFirst ? joined : transpose(joined, 0, 1)) : squeeze(joined, 0);
    return [this.out_proj.forward(placed), weights && !isBatched ? squeeze(weights, 0) : weights];
  }

  #requireInputs(query: Tensor, key: Tensor, value: Tensor, options: MultiheadAttentionCall): void {
    const operation = 'MultiheadAttention';
    requireFloats(operation, 'query', query);
    requireFloats(operation, 'key', key, query);
    requireFloats(operation, 'value', value, query);
    requireGivenOptions(operation, options, callKinds);
    const { embedDim, kdim, vdim } = this;
    const shapes = [query.shape, key.shape, value.shape] as const;
    const dimensions = query.shape.length;
    const fits =
      (dimensions === 2 || dimensions === 3) &&
      shapes.every((shape, index) => shape.length === dimensions && shape.at(-1) === [embedDim, kdim, vdim][index]) &&
      (dimensions === 2 ||
        shapes.every((shape) => shape[this.batchFirst ? 0 : 1] === shapes[0][this.batchFirst ? 0 : 1]));
    const length = (shape: readonly number[]) => shape[dimensions === 3 && this.batchFirst ? 1 : 0];
    if (fits && length(key.shape) === length(value.shape)) return;
    const form = (what: string, last: number) => `[${this.batchFirst ? `batch, ${what}` : `${what}, batch`}, ${last}]`;
    throw new ShapeError(
      `${operation}: query ${formatShape(query.shape)}, key ${formatShape(key.shape)} and value ${formatShape(value.shape)} do not fit; ` +
        `expected ${form('queries', embedDim)}, ${form('keys', kdim)} and ${form('keys', vdim)}, or all without batch`,
    );
  }

  /** Projects queries, keys and values and splits them into heads. */
  #projected(query: Tensor, key: Tensor, value: Tensor, cut: (projected: Tensor) => Tensor): [Tensor, Tensor, Tensor] {
    const { embedDim, in_proj_weight: joint, in_proj_bias: bias } = this;
    if (joint && query === key && key === value) {
      const all = linear(query, joint, bias);
      const part = (index: number) => cut(narrow(all, -1, index * embedDim, embedDim));
      return [part(0), this.#extended(part(1), this.bias_k), this.#extended(part(2), this.bias_v)];
    }
    const project = (input: Tensor, own: Parameter | null, index: number): Tensor => {
      const weight = own ?? narrow(joint as Parameter, 0, index * embedDim, embedDim);
      // Only whole parameters have f16 copies.
      const given = own || input.dtype === 'f32' ? input : cast(input, 'f32');
      return cut(linear(given, weight, bias && narrow(bias, 0, index * embedDim, embedDim)));
    };
    return [
      project(query, this.q_proj_weight, 0),
      this.#extended(project(key, this.k_proj_weight, 1), this.bias_k),
      this.#extended(project(value, this.v_proj_weight, 2), this.bias_v),
    ];
  }

  /** [batch, heads, length, width of a head] */
  #heads(projected: Tensor, isBatched: boolean): Tensor {
    const { numHeads, embedDim, batchFirst } = this;
    const batched = isBatched ? (batchFirst ? projected : transpose(projected, 0, 1)) : unsqueeze(projected, 0);
    const [batch, length] = batched.shape as [number, number];
    return permute(reshape(batched, [batch, length, numHeads, embedDim / numHeads]), [0, 2, 1, 3]);
  }

  /** Keys or values with the learned one and that of zeros appended. */
  #extended(heads: Tensor, learned: Parameter | null): Tensor {
    const { device, dtype } = heads;
    const [batch, numHeads, , columns] = heads.shape as [number, number, number, number];
    const parts = [heads];
    if (learned) {
      const repeated = repeat(reshape(learned, [1, numHeads, 1, columns]), [batch, 1, 1, 1]);
      parts.push(dtype === 'f32' ? repeated : cast(repeated, dtype));
    }
    if (this.addZeroAttn) parts.push(zeros([batch, numHeads, 1, columns], { device, dtype }));
    return parts.length > 1 ? concat(parts, 2) : heads;
  }

  #attend(
    q: Tensor,
    k: Tensor,
    v: Tensor,
    { mask, needWeights = true, averageAttnWeights = true }: MultiheadAttentionCall & { mask: Tensor | undefined },
  ): [Tensor, Tensor | null] {
    const { device, shape, dtype } = q;
    const p = this.training ? this.dropout : 0;
    const rows = (shape[0] as number) * (shape[1] as number) * (shape[2] as number);
    // With everything dropped the values are zeros.
    const values = p === 1 ? zeros(v.shape, { device, dtype }) : v;
    const dropout = p > 0 && p < 1 ? { probability: p, site: 0, random: drawnKey(device, rows) } : undefined;
    if (!needWeights) return [scaledDotProductAttention(q, k, values, { mask, dropout }), null];
    // The weights are the result of attention with the identity as values.
    const identity = eye(k.shape[2] as number, undefined, { device, dtype });
    const weights = scaledDotProductAttention(q, k, identity, { mask, dropout });
    return [matmul(weights, values), averageAttnWeights ? mean(weights, 1) : weights];
  }
}
