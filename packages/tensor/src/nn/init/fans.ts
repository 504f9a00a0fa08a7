import { number, oneOf, optional, requireArgument } from '@attune/validate';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape, sizeOf } from '../../shape.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Shape } from '../../shape.ts';
import { normalDraw, uniformDraw } from './drawing.ts';
import type { Draw } from './drawing.ts';

/** The nonlinearity after a layer, by its name in `torch.nn.functional`. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';

/** Whether to preserve the variance of the forward pass or of the backward pass. */
export type FanMode = 'fanIn' | 'fanOut';

export const nonlinearityKind = oneOf('linear', 'sigmoid', 'tanh', 'relu', 'leakyRelu', 'selu');

const gains = { linear: 1, sigmoid: 1, tanh: 5 / 3, relu: Math.sqrt(2), selu: 3 / 4 };

/**
 * The recommended gain of weights before a nonlinearity, as `torch.nn.init.calculate_gain`.
 *
 * @param param the negative slope of `leakyRelu`. Default 0.01
 * @throws TensorError
 */
export function calculateGain(nonlinearity: Nonlinearity, param?: number): number {
  requireAtMost('calculateGain', 2, arguments);
  requireArgument('calculateGain', 'nonlinearity', nonlinearity, nonlinearityKind, TensorError);
  requireArgument('calculateGain', 'param', param, optional(number), TensorError);
  if (nonlinearity === 'leakyRelu') return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
  return gains[nonlinearity];
}

/**
 * Fan-in and fan-out: the second and the first extent, each times the extents after them.
 *
 * @throws ShapeError for fewer than two dimensions
 */
export function fansOf(where: string, shape: Shape): Readonly<Record<FanMode, number>> {
  const [outputs, inputs, ...field] = shape;
  if (outputs === undefined || inputs === undefined)
    throw new ShapeError(`${where}: a parameter of at least 2 dimensions is needed; this one is ${formatShape(shape)}`);
  return { fanIn: inputs * sizeOf(field), fanOut: outputs * sizeOf(field) };
}

/**
 * Glorot and Bengio, "Understanding the difficulty of training deep
 * feedforward neural networks", 2010.
 */
export const xavierUniformDraw =
  (where: string, gain = 1): Draw =>
  (generator, shape) => {
    const bound = Math.sqrt(3) * xavierStd(where, shape, gain);
    return uniformDraw(-bound, bound)(generator, shape);
  };

export const xavierNormalDraw =
  (where: string, gain = 1): Draw =>
  (generator, shape) =>
    normalDraw(0, xavierStd(where, shape, gain))(generator, shape);

function xavierStd(where: string, shape: Shape, gain: number): number {
  const { fanIn, fanOut } = fansOf(where, shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** How a weight is scaled by its fan-in or fan-out. */
export interface Scaling {
  readonly mode: FanMode;
  readonly gain: number;
}

/** He et al., "Delving deep into rectifiers", 2015. */
export const kaimingUniformDraw =
  (where: string, scaling: Scaling): Draw =>
  (generator, shape) => {
    const bound = Math.sqrt(3) * kaimingStd(where, shape, scaling);
    return uniformDraw(-bound, bound)(generator, shape);
  };

export const kaimingNormalDraw =
  (where: string, scaling: Scaling): Draw =>
  (generator, shape) =>
    normalDraw(0, kaimingStd(where, shape, scaling))(generator, shape);

function kaimingStd(where: string, shape: Shape, { mode, gain }: Scaling): number {
  const fan = fansOf(where, shape)[mode];
  return fan === 0 ? 0 : gain / Math.sqrt(fan);
}
