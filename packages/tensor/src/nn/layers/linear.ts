import { flag, optional, orNull, requireOptions, wholeNumber } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import { linear } from '../../functional/products/linear.ts';
import type { LinearOptions } from '../../functional/products/linear.ts';
import { requireShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { newParameter, uniformDraw } from '../init/drawing.ts';
import { kaimingUniformDraw } from '../init/fans.ts';
import { Module } from '../module/module.ts';
import { deviceFor, hasWeight, newModuleKinds, parameterKind, requireDimensions } from '../module/moduleOptions.ts';
import type { NewModuleOptions } from '../module/moduleOptions.ts';
import type { Parameter } from '../parameter/parameter.ts';
import { requireAtMost } from '../../surplusArguments.ts';

/** Options of `new Linear` with new weights. */
export interface NewLinearOptions extends NewModuleOptions {
  /** Width of the input. */
  readonly inFeatures: number;
  /** Width of the output. */
  readonly outFeatures: number;
  /** Whether there is a bias. Default true. */
  readonly bias?: boolean | undefined;
  /**
   * Whether to compute in f32 even in mixed precision: for heads, whose few results matter. Default
   * false.
   */
  readonly fullPrecision?: boolean | undefined;
}

/** Options of `new Linear` with existing weights. */
export interface LinearModuleOptions {
  /** [out, in] */
  readonly weight: Parameter;
  /** [out]. Default: none. */
  readonly bias?: Parameter | null | undefined;
  /** As for a new layer. */
  readonly fullPrecision?: boolean | undefined;
}

const newKinds = {
  inFeatures: wholeNumber(0),
  outFeatures: wholeNumber(0),
  bias: optional(flag),
  fullPrecision: optional(flag),
  ...newModuleKinds,
};
const givenKinds = { weight: parameterKind, bias: optional(orNull(parameterKind)), fullPrecision: optional(flag) };
const otherNames = { weights: 'it is called weight' };
const where = 'new Linear';

/**
 * `input weightᵀ + bias`, as `torch.nn.Linear`: the same weights for a seed, under the same names.
 */
export class Linear extends Module {
  /** [out, in] */
  readonly weight: Parameter;
  /** [out] */
  readonly bias: Parameter | null;

  /** @throws TensorError, ShapeError */
  constructor(options: NewLinearOptions | LinearModuleOptions) {
    super();
    const { weight, bias } = hasWeight<LinearModuleOptions>(options)
      ? givenParameters(options)
      : newParameters(options);
    requireAtMost('new Linear', 1, arguments);
    this.weight = weight;
    this.bias = bias;
    weight.isMatrixOperand = !options.fullPrecision;
  }

  /** Width of the input. */
  get inFeatures(): number {
    return this.weight.shape[1] as number;
  }

  /** Width of the output. */
  get outFeatures(): number {
    return this.weight.shape[0] as number;
  }

  /**
   * @param input [..., in]
   * @returns [..., out]
   * @throws ShapeError, TensorError
   */
  forward(input: Tensor, options?: LinearOptions): Tensor {
    requireAtMost('Linear.forward', 2, arguments);
    return linear(input, this.weight, this.bias, options);
  }
}

function givenParameters(options: LinearModuleOptions): { weight: Parameter; bias: Parameter | null } {
  requireOptions(where, options, givenKinds, { error: TensorError, otherNames });
  const { weight, bias = null } = options;
  requireDimensions(where, 'weight', weight, 2);
  if (bias) requireShape(where, 'bias', bias.shape, [weight.shape[0] as number]);
  return { weight, bias };
}

function newParameters(options: NewLinearOptions): { weight: Parameter; bias: Parameter | null } {
  requireOptions(where, options, newKinds, { error: TensorError, otherNames });
  const { inFeatures, outFeatures, bias = true } = options;
  const device = deviceFor(where, options);
  const scaling = { mode: 'fanIn', gain: Math.sqrt(2 / (1 + Math.sqrt(5) ** 2)) } as const;
  const weight = newParameter(device, [outFeatures, inFeatures], kaimingUniformDraw(where, scaling));
  const bound = inFeatures > 0 ? 1 / Math.sqrt(inFeatures) : 0;
  return { weight, bias: bias ? newParameter(device, [outFeatures], uniformDraw(-bound, bound)) : null };
}
