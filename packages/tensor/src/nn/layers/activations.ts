import { anyWholeNumber, number, numberAtLeast, oneOf, optional, requireOptions } from '@attune/validate';
import type { OptionKinds } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import { gt } from '../../functional/elementwise/comparisons.ts';
import { logSoftmax, softmax } from '../../functional/normalisation/softmax.ts';
import { elu, gelu, leakyRelu, relu, sigmoid, silu, softplus, tanh } from '../../functional/elementwise/activations.ts';
import { scale } from '../../functional/elementwise/unary.ts';
import type { GeluOptions } from '../../functional/elementwise/activations.ts';
import { where } from '../../functional/elementwise/where.ts';
import type { Tensor } from '../../tensor.ts';
import { Module } from '../module/module.ts';
import { requireAtMost } from '../../surplusArguments.ts';

const otherNames = { inplace: 'tensors do not change in place; leave it out' };

function requireGiven(what: string, options: unknown, kinds: OptionKinds): void {
  requireOptions(what, options, kinds, { error: TensorError, otherNames });
}

/** A module without options; any that are passed are refused. */
abstract class Plain extends Module {
  /** @throws TensorError */
  constructor(options: Readonly<Record<never, never>> = {}) {
    super();
    requireGiven(`new ${new.target.name}`, options, {});
    requireAtMost(`new ${new.target.name}`, 1, arguments);
  }
}

/** Returns its input, as `torch.nn.Identity`: a placeholder for a layer. */
export class Identity extends Plain {
  /** The input unchanged, of any shape. */
  forward(input: Tensor): Tensor {
    requireAtMost('Identity.forward', 1, arguments);
    return input;
  }
}

/** `max(x, 0)`, as `torch.nn.ReLU`. */
export class ReLU extends Plain {
  /** Of any shape, element by element. */
  forward(input: Tensor): Tensor {
    requireAtMost('ReLU.forward', 1, arguments);
    return relu(input);
  }
}

/** Hyperbolic tangent, as `torch.nn.Tanh`. */
export class Tanh extends Plain {
  /** Of any shape, element by element. */
  forward(input: Tensor): Tensor {
    requireAtMost('Tanh.forward', 1, arguments);
    return tanh(input);
  }
}

/** `1 / (1 + exp(-x))`, as `torch.nn.Sigmoid`. */
export class Sigmoid extends Plain {
  /** Of any shape, element by element. */
  forward(input: Tensor): Tensor {
    requireAtMost('Sigmoid.forward', 1, arguments);
    return sigmoid(input);
  }
}

/** `x sigmoid(x)`, as `torch.nn.SiLU`. */
export class SiLU extends Plain {
  /** Of any shape, element by element. */
  forward(input: Tensor): Tensor {
    requireAtMost('SiLU.forward', 1, arguments);
    return silu(input);
  }
}

const geluKinds = { approximate: optional(oneOf('none', 'tanh')) };

/** `x Φ(x)`, as `torch.nn.GELU`. */
export class GELU extends Module {
  readonly #options: GeluOptions;

  /** @throws TensorError */
  constructor(options: GeluOptions = {}) {
    super();
    requireGiven('new GELU', options, geluKinds);
    requireAtMost('new GELU', 1, arguments);
    this.#options = options;
  }

  /** Of any shape, element by element. */
  forward(input: Tensor): Tensor {
    requireAtMost('GELU.forward', 1, arguments);
    return gelu(input, this.#options);
  }
}

/** Options of `new LeakyReLU`. */
export interface LeakyReLUOptions {
  /** Factor of elements below 0. Default 0.01. */
  readonly negativeSlope?: number | undefined;
}

/** `x` above 0, else `negativeSlope x`, as `torch.nn.LeakyReLU`. */
export class LeakyReLU extends Module {
  /** Factor of elements below 0. */
  readonly negativeSlope: number;

  /** @throws TensorError */
  constructor(options: LeakyReLUOptions = {}) {
    super();
    requireGiven('new LeakyReLU', options, { negativeSlope: optional(number) });
    requireAtMost('new LeakyReLU', 1, arguments);
    this.negativeSlope = options.negativeSlope ?? 0.01;
  }

  /** Of any shape, element by element. */
  forward(input: Tensor): Tensor {
    requireAtMost('LeakyReLU.forward', 1, arguments);
    return leakyRelu(input, this.negativeSlope);
  }
}

/** Options of `new ELU`. */
export interface ELUOptions {
  /** Default 1. */
  readonly alpha?: number | undefined;
}

/** `x` above 0, else `alpha (exp(x) - 1)`, as `torch.nn.ELU`. */
export class ELU extends Module {
  /** Factor of the exponential. */
  readonly alpha: number;

  /** @throws TensorError */
  constructor(options: ELUOptions = {}) {
    super();
    requireGiven('new ELU', options, { alpha: optional(number) });
    requireAtMost('new ELU', 1, arguments);
    this.alpha = options.alpha ?? 1;
  }

  /** Of any shape, element by element. */
  forward(input: Tensor): Tensor {
    requireAtMost('ELU.forward', 1, arguments);
    return elu(input, this.alpha);
  }
}

/** Options of `new Softplus`. */
export interface SoftplusOptions {
  /** Default 1. */
  readonly beta?: number | undefined;
  /** The result is `x` where `beta x` is above it. Default 20. */
  readonly threshold?: number | undefined;
}

/** `log(1 + exp(beta x)) / beta`, as `torch.nn.Softplus`. */
export class Softplus extends Module {
  /** Steepness. */
  readonly beta: number;
  /** The result is `x` where `beta x` is above it. */
  readonly threshold: number;

  /** @throws TensorError */
  constructor(options: SoftplusOptions = {}) {
    super();
    requireGiven('new Softplus', options, {
      beta: optional(numberAtLeast(Number.MIN_VALUE)),
      threshold: optional(number),
    });
    requireAtMost('new Softplus', 1, arguments);
    this.beta = options.beta ?? 1;
    this.threshold = options.threshold ?? 20;
  }

  /** Of any shape, element by element. */
  forward(input: Tensor): Tensor {
    requireAtMost('Softplus.forward', 1, arguments);
    const { beta, threshold } = this;
    if (beta === 1 && threshold === 20) return softplus(input);
    const scaled = scale(input, beta);
    return where(gt(scaled, threshold), input, scale(softplus(scaled), 1 / beta));
  }
}

/** Options of `new Softmax` and `new LogSoftmax`. */
export interface SoftmaxOptions {
  /** The dimension. Default -1, the last. */
  readonly dim?: number | undefined;
}

const softmaxKinds = { dim: optional(anyWholeNumber) };

/** Softmax along a dimension, as `torch.nn.Softmax`. */
export class Softmax extends Module {
  /** The dimension along which values sum to 1; negative ones count from the end. */
  readonly dim: number;

  /** @throws TensorError */
  constructor(options: SoftmaxOptions = {}) {
    super();
    requireGiven('new Softmax', options, softmaxKinds);
    requireAtMost('new Softmax', 1, arguments);
    this.dim = options.dim ?? -1;
  }

  /** Of any shape that has the dimension. */
  forward(input: Tensor): Tensor {
    requireAtMost('Softmax.forward', 1, arguments);
    return softmax(input, this.dim);
  }
}

/** Logarithm of the softmax along a dimension, as `torch.nn.LogSoftmax`. */
export class LogSoftmax extends Module {
  /** The dimension along which exponentials sum to 1; negative ones count from the end. */
  readonly dim: number;

  /** @throws TensorError */
  constructor(options: SoftmaxOptions = {}) {
    super();
    requireGiven('new LogSoftmax', options, softmaxKinds);
    requireAtMost('new LogSoftmax', 1, arguments);
    this.dim = options.dim ?? -1;
  }

  /** Of any shape that has the dimension. */
  forward(input: Tensor): Tensor {
    requireAtMost('LogSoftmax.forward', 1, arguments);
    return logSoftmax(input, this.dim);
  }
}
