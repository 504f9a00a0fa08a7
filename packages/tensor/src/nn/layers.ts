import { dropout } from '../functional/dropout.ts';
import { layerNorm } from '../functional/layerNorm.ts';
import type { LayerNormOptions } from '../functional/layerNorm.ts';
import { linear } from '../functional/linear.ts';
import type { LinearOptions } from '../functional/linear.ts';
import type { RandomKey } from '../functional/random.ts';
import type { Tensor } from '../tensor.ts';
import { Module } from './module.ts';
import type { Parameter } from './parameter.ts';

/** `input weightᵀ + bias`. */
export class Linear extends Module {
  /** [out, in] */
  readonly weight: Parameter;
  /** [out] */
  readonly bias: Parameter | null;

  /**
   * With `fullPrecision` it computes in f32 in mixed precision too: for heads, whose results are
   * few and matter.
   */
  constructor({
    weight,
    bias = null,
    fullPrecision = false,
  }: {
    readonly weight: Parameter;
    readonly bias?: Parameter | null;
    readonly fullPrecision?: boolean;
  }) {
    super();
    this.weight = weight;
    this.bias = bias;
    weight.isMatrixOperand = !fullPrecision;
  }

  forward(input: Tensor, options?: LinearOptions): Tensor {
    return linear(input, this.weight, this.bias, options);
  }
}

/** Layer normalisation over the last dimension, with residual and dropout in the same kernel. */
export class LayerNorm extends Module {
  /** [columns] */
  readonly weight: Parameter;
  /** [columns] */
  readonly bias: Parameter;
  readonly epsilon: number;

  constructor({
    weight,
    bias,
    epsilon = 1e-5,
  }: {
    readonly weight: Parameter;
    readonly bias: Parameter;
    readonly epsilon?: number;
  }) {
    super();
    this.weight = weight;
    this.bias = bias;
    this.epsilon = epsilon;
  }

  forward(input: Tensor, options: Omit<LayerNormOptions, 'epsilon'> = {}): Tensor {
    return layerNorm(input, this.weight, this.bias, { ...options, epsilon: this.epsilon });
  }
}

/** A table of vectors; `embeddingSum` adds up the rows of several. */
export class Embedding extends Module {
  /** [rows, columns] */
  readonly weight: Parameter;
  /** The row that gets no gradient, or null. */
  readonly paddingIndex: number | null;

  constructor({ weight, paddingIndex = null }: { readonly weight: Parameter; readonly paddingIndex?: number | null }) {
    super();
    this.weight = weight;
    this.paddingIndex = paddingIndex;
  }
}

/** Dropout that acts while its module trains. */
export class Dropout extends Module {
  readonly probability: number;
  /** A number that no other dropout of the model has. */
  readonly site: number;

  constructor({ probability, site }: { readonly probability: number; readonly site: number }) {
    super();
    this.probability = probability;
    this.site = site;
  }

  /**
   * The options of this dropout for operations that drop themselves; null when nothing is dropped.
   */
  options(random: RandomKey) {
    return this.training && this.probability > 0
      ? { probability: this.probability, site: this.site, random }
      : undefined;
  }

  forward(input: Tensor, random: RandomKey): Tensor {
    const options = this.options(random);
    return options ? dropout(input, options) : input;
  }
}
