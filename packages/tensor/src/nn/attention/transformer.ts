import {
  flag,
  fraction,
  instanceOf,
  numberAtLeast,
  optional,
  orNull,
  requireOptions,
  wholeNumber,
} from '@attune/validate';
import type { Kind } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import { add } from '../../functional/elementwise/binary.ts';
import { requireGivenOptions } from '../../functional/checks.ts';
import { gelu, relu } from '../../functional/elementwise/activations.ts';
import type { Tensor } from '../../tensor.ts';
import { maskKind } from './attentionMask.ts';
import { withoutDrawing } from '../init/drawing.ts';
import { Dropout } from '../layers/dropout.ts';
import { Linear } from '../layers/linear.ts';
import type { Layer } from '../module/layer.ts';
import { Module } from '../module/module.ts';
import { newModuleKinds } from '../module/moduleOptions.ts';
import type { NewModuleOptions } from '../module/moduleOptions.ts';
import { MultiheadAttention } from './multiheadAttention.ts';
import { LayerNorm, normAfter } from '../layers/normalisation.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/** Options of `new TransformerEncoderLayer`. */
export interface TransformerEncoderLayerOptions extends NewModuleOptions {
  /** Width of input and output. */
  readonly dModel: number;
  /** Number of attention heads, which divides `dModel`. */
  readonly nhead: number;
  /** Width between the two linear layers. Default 2048. */
  readonly dimFeedforward?: number | undefined;
  /** Default 0.1. */
  readonly dropout?: number | undefined;
  /** Activation between the two linear layers. Default 'relu'. */
  readonly activation?: 'relu' | 'gelu' | ((input: Tensor) => Tensor) | undefined;
  /** Default 1e-5. */
  readonly layerNormEps?: number | undefined;
  /** Whether tensors are [batch, length, width], and not [length, batch, width]. Default false. */
  readonly batchFirst?: boolean | undefined;
  /**
   * Whether layer norms come before attention and linear layers instead of after. Default false.
   */
  readonly normFirst?: boolean | undefined;
  /** Whether linear layers and layer norms have biases. Default true. */
  readonly bias?: boolean | undefined;
}

/** Options of `TransformerEncoderLayer.forward`. */
export interface EncoderLayerCall {
  /**
   * [length, length] or [batch nhead, length, length]: bool, true where a position may not attend
   * to another; or numbers that are added to the scores. Default: none.
   */
  readonly srcMask?: Tensor | null | undefined;
  /**
   * [batch, length]: bool, true where there is padding; or numbers that are added to the scores.
   * Default: none.
   */
  readonly srcKeyPaddingMask?: Tensor | null | undefined;
  /**
   * Whether each position attends only to those up to itself; no `srcMask` is needed. Default
   * false.
   */
  readonly isCausal?: boolean | undefined;
}

const activation: Kind = {
  what: "'relu', 'gelu' or a function from a tensor to a tensor",
  holds: (value) => value === 'relu' || value === 'gelu' || typeof value === 'function',
};
const kinds = {
  dModel: wholeNumber(1),
  nhead: wholeNumber(1),
  dimFeedforward: optional(wholeNumber(1)),
  dropout: optional(fraction),
  activation: optional(activation),
  layerNormEps: optional(numberAtLeast(0)),
  batchFirst: optional(flag),
  normFirst: optional(flag),
  bias: optional(flag),
  ...newModuleKinds,
};
const callKinds = {
  srcMask: optional(orNull(maskKind)),
  srcKeyPaddingMask: optional(orNull(maskKind)),
  isCausal: optional(flag),
};
const encoderCallKinds = {
  mask: optional(orNull(maskKind)),
  srcKeyPaddingMask: optional(orNull(maskKind)),
  isCausal: optional(flag),
};

const activations = { relu, gelu: (input: Tensor) => gelu(input) };

/**
 * Self-attention and two linear layers, each with dropout, residual and layer norm, as
 * `torch.nn.TransformerEncoderLayer`: the same weights for a seed, under the same names. Vaswani et
 * al., "Attention is all you need", 2017.
 */
export class TransformerEncoderLayer extends Module {
  /** Self-attention, under PyTorch's name. */
  readonly self_attn: MultiheadAttention;
  /** First linear layer of the feed-forward part. */
  readonly linear1: Linear;
  /** Second linear layer of the feed-forward part. */
  readonly linear2: Linear;
  /** Layer norm of the attention. */
  readonly norm1: LayerNorm;
  /** Layer norm of the feed-forward part. */
  readonly norm2: LayerNorm;
  /** Dropout between the linear layers. */
  readonly dropout: Dropout;
  /** Dropout of the attention's result. */
  readonly dropout1: Dropout;
  /** Dropout of the feed-forward part's result. */
  readonly dropout2: Dropout;
  /** Activation between `linear1` and `linear2`. */
  readonly activation: (input: Tensor) => Tensor;
  /** Whether layer norms come before each part instead of after. */
  readonly normFirst: boolean;
  readonly #options: TransformerEncoderLayerOptions;

  /** @throws TensorError */
  constructor(options: TransformerEncoderLayerOptions) {
    super();
    requireOptions('new TransformerEncoderLayer', options, kinds, { error: TensorError });
    requireAtMost('new TransformerEncoderLayer', 1, arguments);
    const { dModel, nhead, dimFeedforward = 2048, dropout = 0.1, bias = true, device } = options;
    this.#options = options;
    this.self_attn = new MultiheadAttention({
      embedDim: dModel,
      numHeads: nhead,
      dropout,
      bias,
      batchFirst: options.batchFirst,
      device,
    });
    this.linear1 = new Linear({ inFeatures: dModel, outFeatures: dimFeedforward, bias, device });
    this.linear2 = new Linear({ inFeatures: dimFeedforward, outFeatures: dModel, bias, device });
    const norm = { normalizedShape: dModel, eps: options.layerNormEps, bias, device };
    this.norm1 = new LayerNorm(norm);
    this.norm2 = new LayerNorm(norm);
    this.dropout = new Dropout({ p: dropout });
    this.dropout1 = new Dropout({ p: dropout });
    this.dropout2 = new Dropout({ p: dropout });
    const { activation: chosen = 'relu' } = options;
    this.activation = typeof chosen === 'function' ? chosen : activations[chosen];
    this.normFirst = options.normFirst ?? false;
  }

  /**
   * @param src [length, batch, dModel]; [batch, length, dModel] with `batchFirst`; or without a
   *   batch [length, dModel]
   * @returns the shape of `src`
   * @throws ShapeError, TensorError
   */
  forward(src: Tensor, options: EncoderLayerCall = {}): Tensor {
    requireGivenOptions('TransformerEncoderLayer', options, callKinds);
    requireAtMost('TransformerEncoderLayer.forward', 2, arguments, callKinds);
    if (this.normFirst) {
      const attended = add(src, this.#attend(this.norm1.forward(src), options));
      return add(attended, this.#feed(this.norm2.forward(attended)));
    }
    const attended = normAfter(this.norm1, this.#attend(src, options), src);
    return normAfter(this.norm2, this.#feed(attended), attended);
  }

  #attend(input: Tensor, { srcMask, srcKeyPaddingMask, isCausal }: EncoderLayerCall): Tensor {
    const [output] = this.self_attn.forward(input, input, input, {
      attnMask: srcMask,
      keyPaddingMask: srcKeyPaddingMask,
      isCausal,
      needWeights: false,
    });
    return this.dropout1.forward(output);
  }

  #feed(input: Tensor): Tensor {
    const hidden = this.dropout.forward(this.activation(this.linear1.forward(input)));
    return this.dropout2.forward(this.linear2.forward(hidden));
  }

  /**
   * A copy of the layer with the same options and weights.
   *
   * @throws TensorError where parameters were added or removed since the layer was made
   */
  clone(): TransformerEncoderLayer {
    const copy = withoutDrawing(() => new TransformerEncoderLayer(this.#options));
    const own = new Map(this.namedParameters());
    const copied = [...copy.namedParameters()];
    if (copied.length !== own.size || copied.some(([name]) => !own.has(name)))
      throw new TensorError('TransformerEncoderLayer.clone: its parameters are not those that it was made with');
    for (const [name, parameter] of copied) {
      const from = own.get(name);
      if (from) parameter.copyFrom(from);
      parameter.requiresGrad = from?.requiresGrad ?? true;
    }
    return copy.train(this.training);
  }
}

/** Options of `new TransformerEncoder`. */
export interface TransformerEncoderOptions {
  /** The layer to copy; it does not become part of the encoder. */
  readonly encoderLayer: TransformerEncoderLayer;
  /** Number of layers. */
  readonly numLayers: number;
  /** Module after the last layer, such as a `LayerNorm`. Default: none. */
  readonly norm?: Layer | null | undefined;
}

/** Options of `TransformerEncoder.forward`. */
export interface EncoderCall extends Omit<EncoderLayerCall, 'srcMask'> {
  /** As `srcMask` of a layer. */
  readonly mask?: Tensor | null | undefined;
}

const encoderKinds = {
  encoderLayer: instanceOf(TransformerEncoderLayer),
  numLayers: wholeNumber(1),
  norm: optional(orNull(instanceOf(Module))),
};

/**
 * A stack of layers, as `torch.nn.TransformerEncoder`: all start with the weights of
 * `encoderLayer`.
 */
export class TransformerEncoder extends Module {
  /** The layers, first to last. */
  readonly layers: readonly TransformerEncoderLayer[];
  /** Module after the last layer, or null. */
  readonly norm: Layer | null;

  /** @throws TensorError */
  constructor(options: TransformerEncoderOptions) {
    super();
    requireOptions('new TransformerEncoder', options, encoderKinds, { error: TensorError });
    requireAtMost('new TransformerEncoder', 1, arguments);
    const { encoderLayer, numLayers, norm = null } = options;
    this.layers = Array.from({ length: numLayers }, () => encoderLayer.clone());
    this.norm = norm;
  }

  /**
   * @param src as for a layer
   * @returns the shape of `src`
   * @throws ShapeError, TensorError
   */
  forward(src: Tensor, options: EncoderCall = {}): Tensor {
    requireGivenOptions('TransformerEncoder', options, encoderCallKinds);
    requireAtMost('TransformerEncoder.forward', 2, arguments, encoderCallKinds);
    const { mask, ...rest } = options;
    let output = src;
    for (const layer of this.layers) output = layer.forward(output, { ...rest, srcMask: mask });
    return this.norm ? this.norm.forward(output) : output;
  }
}
