import { flag, numberAtLeast, oneOfKinds, optional, requireOptions, wholeNumber } from '@attune/validate';
import type { Kind } from '@attune/validate';
import { ShapeError, TensorError } from '../../errors.ts';
import { addOfOneShape } from '../../functional/elementwise/addAlike.ts';
import { add, mul } from '../../functional/elementwise/binary.ts';
import { inSinglePrecision } from '../../functional/elementwise/castFloats.ts';
import { requireFloats } from '../../functional/checks.ts';
import { tensor } from '../../functional/creation/create.ts';
import { layerNorm, layerNormReadBy } from '../../functional/normalisation/layerNorm.ts';
import type { LayerNormOptions } from '../../functional/normalisation/layerNorm.ts';
import type { RandomKey } from '../../functional/dropout/dropoutOptions.ts';
import { reshape } from '../../functional/movement/movement.ts';
import { mean } from '../../functional/reductions/reductions.ts';
import { rsqrt, square } from '../../functional/elementwise/unary.ts';
import { formatShape, requireShape, shapesEqual, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { constantDraw, newParameter } from '../init/drawing.ts';
import { Dropout } from './dropout.ts';
import type { Layer } from '../module/layer.ts';
import { Module } from '../module/module.ts';
import { deviceFor, hasWeight, newModuleKinds, parameterKind, requireDimensions } from '../module/moduleOptions.ts';
import type { NewModuleOptions } from '../module/moduleOptions.ts';
import type { Parameter } from '../parameter/parameter.ts';
import { requireAtMost } from '../../surplusArguments.ts';

interface NewNormOptions extends NewModuleOptions {
  /** Extents of the last dimensions, which are normalised together: one, or several. */
  readonly normalizedShape: number | Shape;
  /**
   * Whether the result is multiplied by a weight of `normalizedShape`, initially 1. Default true.
   */
  readonly elementwiseAffine?: boolean;
}

/** Options of `new LayerNorm` with new weights. */
export interface NewLayerNormOptions extends NewNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number | undefined;
  /** Whether a bias is added, initially 0, where there is a weight. Default true. */
  readonly bias?: boolean | undefined;
}

/** Options of `new LayerNorm` with existing weights. */
export interface LayerNormModuleOptions {
  /** [columns] */
  readonly weight: Parameter;
  /** [columns] */
  readonly bias: Parameter;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number | undefined;
}

/** Options of `new RMSNorm`. */
export interface RMSNormOptions extends NewNormOptions {
  /** Added to the mean of squares. Default 2^-23, the machine epsilon of f32. */
  readonly eps?: number | null | undefined;
}

const extents: Kind = {
  what: '',
  holds: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((extent) => Number.isInteger(extent) && extent > 0),
};
const normKinds = {
  normalizedShape: oneOfKinds('a whole number of at least 1, or an array of them', wholeNumber(1), extents),
  elementwiseAffine: optional(flag),
  ...newModuleKinds,
};
const layerNormKinds = { ...normKinds, eps: optional(numberAtLeast(0)), bias: optional(flag) };
const givenKinds = { weight: parameterKind, bias: parameterKind, eps: optional(numberAtLeast(0)) };
const otherNames = { epsilon: 'it is called eps' };

const shapeOf = (given: number | Shape): Shape => (typeof given === 'number' ? [given] : [...given]);

/**
 * @throws ShapeError where the last dimensions of the input are not the normalised ones,
 *   TensorError
 */
function requireLast(where: string, input: Tensor, normalised: Shape): void {
  requireFloats(where, 'input', input);
  const { shape } = input;
  if (!shapesEqual(shape.slice(-normalised.length), normalised))
    throw new ShapeError(
      `${where}: input has the shape ${formatShape(shape)}; its last dimensions must be ${formatShape(normalised)}`,
    );
}

const lastDims = (normalised: Shape): number[] => normalised.map((_, index) => index - normalised.length);

/**
 * Layer normalisation over the last dimensions, as `torch.nn.LayerNorm`; residual and dropout run
 * in the same kernel.
 */
export class LayerNorm extends Module {
  /** Of `normalizedShape`. */
  readonly weight: Parameter | null;
  /** Of `normalizedShape`. */
  readonly bias: Parameter | null;
  /** Added to the variance. */
  readonly eps: number;
  /** The last extents of the input, over which it normalises. */
  readonly normalizedShape: Shape;

  /** @throws TensorError, ShapeError */
  constructor(options: NewLayerNormOptions | LayerNormModuleOptions) {
    super();
    const where = 'new LayerNorm';
    const isGiven = hasWeight<LayerNormModuleOptions>(options);
    requireOptions(where, options, isGiven ? givenKinds : layerNormKinds, { error: TensorError, otherNames });
    requireAtMost('new LayerNorm', 1, arguments);
    this.eps = options.eps ?? 1e-5;
    if (isGiven) {
      const { weight, bias } = options;
      requireDimensions(where, 'weight', weight, 1);
      requireShape(where, 'bias', bias.shape, weight.shape);
      this.normalizedShape = weight.shape;
      this.weight = weight;
      this.bias = bias;
      return;
    }
    const { elementwiseAffine = true, bias = true } = options;
    const shape = shapeOf(options.normalizedShape);
    this.normalizedShape = shape;
    const device = elementwiseAffine ? deviceFor(where, options) : null;
    this.weight = device && newParameter(device, shape, constantDraw(1));
    this.bias = device && bias ? newParameter(device, shape, constantDraw(0)) : null;
  }

  /**
   * @param input [..., ...normalizedShape], f32 or f16
   * @returns the shape of the input, f32
   * @throws ShapeError, TensorError
   */
  forward(input: Tensor, options: Omit<LayerNormOptions, 'epsilon'> = {}): Tensor {
    requireAtMost('LayerNorm.forward', 2, arguments);
    const { weight, bias, eps, normalizedShape } = this;
    if (weight && bias && normalizedShape.length === 1)
      return layerNorm(input, weight, bias, { ...options, epsilon: eps });
    requireLast('LayerNorm', input, normalizedShape);
    const columns = sizeOf(normalizedShape);
    const rows = (given: Tensor) => reshape(given, [-1, columns]);
    const flat = (parameter: Parameter | null, value: number) =>
      parameter
        ? reshape(parameter, [columns])
        : tensor(new Float32Array(columns).fill(value), { device: input.device });
    const residual = options.residual && rows(options.residual);
    const output = layerNorm(rows(input), flat(weight, 1), flat(bias, 0), { ...options, residual, epsilon: eps });
    return reshape(output, input.shape);
  }
}

/**
 * `input / sqrt(mean(input²) + eps) * weight` over the last dimensions, as `torch.nn.RMSNorm`.
 * Zhang and Sennrich, "Root mean square layer normalization", 2019.
 */
export class RMSNorm extends Module {
  /** Of `normalizedShape`. */
  readonly weight: Parameter | null;
  /** Added to the mean square. */
  readonly eps: number;
  /** The last extents of the input, over which it normalises. */
  readonly normalizedShape: Shape;

  /** @throws TensorError */
  constructor(options: RMSNormOptions) {
    super();
    const where = 'new RMSNorm';
    const eps: Kind = {
      what: 'a number of at least 0, or null',
      holds: (x) => x === null || numberAtLeast(0).holds(x),
    };
    requireOptions(where, options, { ...normKinds, eps: optional(eps) }, { error: TensorError, otherNames });
    requireAtMost('new RMSNorm', 1, arguments);
    this.eps = options.eps ?? 2 ** -23;
    const shape = shapeOf(options.normalizedShape);
    this.normalizedShape = shape;
    const isAffine = options.elementwiseAffine ?? true;
    this.weight = isAffine ? newParameter(deviceFor(where, options), shape, constantDraw(1)) : null;
  }

  /**
   * @param input [..., ...normalizedShape], f32 or f16
   * @returns the shape of the input, f32
   * @throws ShapeError, TensorError
   */
  forward(input: Tensor): Tensor {
    requireAtMost('RMSNorm.forward', 1, arguments);
    requireLast('RMSNorm', input, this.normalizedShape);
    const x = inSinglePrecision(input);
    const squares = mean(square(x), lastDims(this.normalizedShape), { keepDim: true });
    const output = mul(x, rsqrt(add(squares, this.eps)));
    return this.weight ? mul(output, this.weight) : output;
  }
}

/** Options of {@link normAfter}. */
interface NormAfterOptions {
  readonly dropout?: Dropout;
  readonly random?: RandomKey | null;
  /**
   * Whether the caller holds the only reference to the input. It is then released as soon as the
   * sum is computed, which is all that the backward pass reads. Default false.
   */
  readonly letsGo?: boolean;
  /** Weights of the linear layers that read the result next, all at once. Default: unknown. */
  readonly readBy?: readonly Tensor[] | undefined;
}

/**
 * `norm(residual + dropout(input))`: in one kernel, or separately where norm or dropout were
 * replaced or have hooks.
 */
export function normAfter(
  norm: Layer,
  input: Tensor,
  residual: Tensor,
  { dropout, random = null, letsGo = false, readBy = [] }: NormAfterOptions = {},
): Tensor {
  const isPlain = norm instanceof LayerNorm && norm.forward === LayerNorm.prototype.forward;
  if (isPlain && (!dropout || (dropout.forward === Dropout.prototype.forward && dropout.p < 1))) {
    const options = { residual, dropout: random ? dropout?.options(random) : undefined };
    const { weight, bias, eps, normalizedShape } = norm;
    const output =
      weight && bias && normalizedShape.length === 1 && readBy.length > 0
        ? layerNormReadBy(readBy, input, weight, bias, { ...options, epsilon: eps })
        : norm.forward(input, options);
    if (letsGo) input.dispose();
    return output;
  }
  return norm.forward(addOfOneShape(residual, dropout ? dropout.forward(input, random) : input));
}
