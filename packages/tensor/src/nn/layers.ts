import {
  flag,
  instanceOf,
  numberAtLeast,
  numberBetween,
  optional,
  orNull,
  requireOptions,
  wholeNumber,
} from '@attune/validate';
import { ShapeError, TensorError } from '../errors.ts';
import { dropout } from '../functional/dropout.ts';
import { layerNorm } from '../functional/layerNorm.ts';
import type { LayerNormOptions } from '../functional/layerNorm.ts';
import { linear } from '../functional/linear.ts';
import type { LinearOptions } from '../functional/linear.ts';
import type { RandomKey } from '../functional/random.ts';
import { formatShape, requireShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { Module } from './module.ts';
import { Parameter } from './parameter.ts';

const parameter = instanceOf(Parameter);

function requireDimensions(where: string, name: string, { shape }: Parameter, dimensions: number): void {
  if (shape.length !== dimensions)
    throw new ShapeError(`${where}: ${name} has the shape ${formatShape(shape)}; expected ${dimensions} dimensions`);
}

/** Options of `new Linear`. */
export interface LinearModuleOptions {
  /** [out, in] */
  readonly weight: Parameter;
  /** [out]. Default: none. */
  readonly bias?: Parameter | null;
  /**
   * Computes in f32 in mixed precision too: for heads, whose results are few and matter. Default
   * false.
   */
  readonly fullPrecision?: boolean;
}

const linearKinds = { weight: parameter, bias: optional(orNull(parameter)), fullPrecision: optional(flag) };

/** `input weightᵀ + bias`. */
export class Linear extends Module {
  /** [out, in] */
  readonly weight: Parameter;
  /** [out] */
  readonly bias: Parameter | null;

  /** @throws TensorError, ShapeError */
  constructor(options: LinearModuleOptions) {
    super();
    requireOptions('new Linear', options, linearKinds, { error: TensorError });
    const { weight, bias = null, fullPrecision = false } = options;
    requireDimensions('new Linear', 'weight', weight, 2);
    if (bias) requireShape('new Linear', 'bias', bias.shape, [weight.shape[0] as number]);
    this.weight = weight;
    this.bias = bias;
    weight.isMatrixOperand = !fullPrecision;
  }

  forward(input: Tensor, options?: LinearOptions): Tensor {
    return linear(input, this.weight, this.bias, options);
  }
}

/** Options of `new LayerNorm`. */
export interface LayerNormModuleOptions {
  /** [columns] */
  readonly weight: Parameter;
  /** [columns] */
  readonly bias: Parameter;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

const layerNormKinds = { weight: parameter, bias: parameter, epsilon: optional(numberAtLeast(0)) };

/** Layer normalisation over the last dimension, with residual and dropout in the same kernel. */
export class LayerNorm extends Module {
  /** [columns] */
  readonly weight: Parameter;
  /** [columns] */
  readonly bias: Parameter;
  readonly epsilon: number;

  /** @throws TensorError, ShapeError */
  constructor(options: LayerNormModuleOptions) {
    super();
    requireOptions('new LayerNorm', options, layerNormKinds, { error: TensorError });
    const { weight, bias, epsilon = 1e-5 } = options;
    requireDimensions('new LayerNorm', 'weight', weight, 1);
    requireShape('new LayerNorm', 'bias', bias.shape, weight.shape);
    this.weight = weight;
    this.bias = bias;
    this.epsilon = epsilon;
  }

  forward(input: Tensor, options: Omit<LayerNormOptions, 'epsilon'> = {}): Tensor {
    return layerNorm(input, this.weight, this.bias, { ...options, epsilon: this.epsilon });
  }
}

/** Options of `new Embedding`. */
export interface EmbeddingOptions {
  /** [rows, columns] */
  readonly weight: Parameter;
  /** A row that gets no gradient. Default: none. */
  readonly paddingIndex?: number | null;
}

const embeddingKinds = { weight: parameter, paddingIndex: optional(orNull(wholeNumber(0))) };

/** A table of vectors; `embeddingSum` adds up the rows of several. */
export class Embedding extends Module {
  /** [rows, columns] */
  readonly weight: Parameter;
  /** The row that gets no gradient, or null. */
  readonly paddingIndex: number | null;

  /** @throws TensorError, ShapeError */
  constructor(options: EmbeddingOptions) {
    super();
    requireOptions('new Embedding', options, embeddingKinds, { error: TensorError });
    const { weight, paddingIndex = null } = options;
    requireDimensions('new Embedding', 'weight', weight, 2);
    const rows = weight.shape[0] as number;
    if (paddingIndex !== null && paddingIndex >= rows)
      throw new TensorError(`new Embedding: paddingIndex is ${paddingIndex}; the table has the rows 0 to ${rows - 1}`);
    this.weight = weight;
    this.paddingIndex = paddingIndex;
  }
}

/** Options of `new Dropout`. */
export interface DropoutModuleOptions {
  /** Part of the elements that become 0, in [0, 1). */
  readonly probability: number;
  /** A number that no other dropout of the model has. */
  readonly site: number;
}

const dropoutKinds = { probability: numberBetween(0, 1), site: wholeNumber(0) };

/** Dropout that acts while its module trains. */
export class Dropout extends Module {
  readonly probability: number;
  /** A number that no other dropout of the model has. */
  readonly site: number;

  /** @throws TensorError */
  constructor(options: DropoutModuleOptions) {
    super();
    requireOptions('new Dropout', options, dropoutKinds, {
      error: TensorError,
      otherNames: { p: 'it is called probability' },
    });
    const { probability, site } = options;
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
