import { fraction, instanceOf, number, numberAtLeast, oneOf, optional, requireArgument } from '@attune/validate';
import type { OptionKinds } from '@attune/validate';
import { ShapeError, TensorError } from '../../errors.ts';
import { requireGivenOptions } from '../../functional/checks.ts';
import { Mt19937 } from '../../random/mt19937.ts';
import { randperm } from '../../random/numbers.ts';
import { defaultGenerator } from '../../random/seed.ts';
import { formatShape } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { constantDraw, normalDraw, uniformDraw } from './drawing.ts';
import type { Draw } from './drawing.ts';
import {
  calculateGain,
  fansOf,
  kaimingNormalDraw,
  kaimingUniformDraw,
  nonlinearityKind,
  xavierNormalDraw,
  xavierUniformDraw,
} from './fans.ts';
import type { FanMode, Nonlinearity, Scaling } from './fans.ts';
import { orthogonalDraw } from './orthogonal.ts';
import { Parameter } from '../parameter/parameter.ts';
import { truncNormalDraw } from './truncNormal.ts';
import { requireAtMost } from '../../surplusArguments.ts';

// As torch.nn.init, with its names without the underscore: each function fills a parameter and
// returns it. For a seed the numbers are those of PyTorch on the CPU.

export { calculateGain };
export type { FanMode, Nonlinearity };

/** Options of every function that draws numbers. */
export interface InitOptions {
  /** Random generator. Default: the process-wide one, which `setSeed` seeds. */
  readonly generator?: Mt19937 | undefined;
}

const drawKinds = { generator: optional(instanceOf(Mt19937)) };
const aParameter = instanceOf(Parameter);

function requireParameter(where: string, parameter: Parameter): void {
  requireArgument(where, 'parameter', parameter, aParameter, TensorError);
}

function fill(where: string, parameter: Parameter, options: InitOptions, kinds: OptionKinds, draw: Draw): Parameter {
  requireParameter(where, parameter);
  requireGivenOptions(where, options, { ...drawKinds, ...kinds });
  parameter.setData(draw(options.generator ?? defaultGenerator(), parameter.shape));
  return parameter;
}

/** Options of `init.uniform`. */
export interface UniformOptions extends InitOptions {
  /** Default 0. */
  readonly a?: number | undefined;
  /** Default 1. */
  readonly b?: number | undefined;
}

const rangeKinds = { a: optional(number), b: optional(number) };

/**
 * Uniform numbers in [a, b).
 *
 * @throws TensorError
 */
export function uniform(parameter: Parameter, options: UniformOptions = {}): Parameter {
  requireGivenOptions('init.uniform', options, { ...drawKinds, ...rangeKinds });
  requireAtMost('init.uniform', 2, arguments, rangeKinds);
  const { a = 0, b = 1 } = options;
  if (a > b) throw new TensorError(`init.uniform: a is ${a} and b ${b}; a must not be above b`);
  return fill('init.uniform', parameter, options, rangeKinds, uniformDraw(a, b));
}

/** Options of `init.normal`. */
export interface NormalOptions extends InitOptions {
  /** Default 0. */
  readonly mean?: number | undefined;
  /** Default 1. */
  readonly std?: number | undefined;
}

const normalKinds = { mean: optional(number), std: optional(numberAtLeast(0)) };

/**
 * Normal numbers.
 *
 * @throws TensorError
 */
export function normal(parameter: Parameter, options: NormalOptions = {}): Parameter {
  requireAtMost('init.normal', 2, arguments, normalKinds);
  const { mean = 0, std = 1 } = options ?? {};
  return fill('init.normal', parameter, options, normalKinds, normalDraw(mean, std));
}

/** Options of `init.truncNormal`. */
export interface TruncNormalOptions extends NormalOptions {
  /** The least number. Default -2. */
  readonly a?: number | undefined;
  /** The greatest number. Default 2. */
  readonly b?: number | undefined;
}

const truncKinds = { ...normalKinds, ...rangeKinds };

/**
 * Normal numbers truncated to [a, b]; others are drawn again, as PyTorch does since 2.15.
 *
 * @throws TensorError
 */
export function truncNormal(parameter: Parameter, options: TruncNormalOptions = {}): Parameter {
  requireGivenOptions('init.truncNormal', options, { ...drawKinds, ...truncKinds });
  requireAtMost('init.truncNormal', 2, arguments, truncKinds);
  const { mean = 0, std = 1, a = -2, b = 2 } = options;
  if (!(a < b)) throw new TensorError(`init.truncNormal: a is ${a} and b ${b}; a must be below b`);
  if (!(std > 0)) throw new TensorError(`init.truncNormal: std is ${std}; it must be above 0`);
  return fill('init.truncNormal', parameter, options, truncKinds, truncNormalDraw({ mean, std, a, b }));
}

/**
 * One number everywhere.
 *
 * @throws TensorError
 */
export function constant(parameter: Parameter, value: number): Parameter {
  requireAtMost('init.constant', 2, arguments);
  requireArgument('init.constant', 'value', value, number, TensorError);
  return fill('init.constant', parameter, {}, {}, constantDraw(value));
}

/** 1 everywhere. @throws TensorError */
export function ones(parameter: Parameter): Parameter {
  requireAtMost('init.ones', 1, arguments);
  return fill('init.ones', parameter, {}, {}, constantDraw(1));
}

/** 0 everywhere. @throws TensorError */
export function zeros(parameter: Parameter): Parameter {
  requireAtMost('init.zeros', 1, arguments);
  return fill('init.zeros', parameter, {}, {}, constantDraw(0));
}

function readMatrixShape(where: string, shape: Shape): readonly [number, number] {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined)
    throw new ShapeError(`${where}: a parameter of 2 dimensions is needed; this one is ${formatShape(shape)}`);
  return [rows, columns];
}

/**
 * 1 on the main diagonal of a matrix, 0 elsewhere.
 *
 * @throws ShapeError, TensorError
 */
export function eye(parameter: Parameter): Parameter {
  requireAtMost('init.eye', 1, arguments);
  return fill('init.eye', parameter, {}, {}, (_, shape) => {
    const [rows, columns] = readMatrixShape('init.eye', shape);
    return Float32Array.from({ length: rows * columns }, (__, index) =>
      Number(index % columns === Math.floor(index / columns)),
    );
  });
}

/** Options of `init.xavierUniform` and its like. */
export interface GainOptions extends InitOptions {
  /** Factor of all numbers. Default 1. */
  readonly gain?: number | undefined;
}

const gainKinds = { gain: optional(number) };

/**
 * Uniform within ± gain sqrt(6 / (inputs + outputs)). Glorot and Bengio, 2010.
 *
 * @throws ShapeError for fewer than two dimensions, TensorError
 */
export function xavierUniform(parameter: Parameter, options: GainOptions = {}): Parameter {
  requireAtMost('init.xavierUniform', 2, arguments, gainKinds);
  const where = 'init.xavierUniform';
  return fill(where, parameter, options, gainKinds, xavierUniformDraw(where, options?.gain));
}

/**
 * Normal of the deviation gain sqrt(2 / (inputs + outputs)). Glorot and Bengio, 2010.
 *
 * @throws ShapeError for fewer than two dimensions, TensorError
 */
export function xavierNormal(parameter: Parameter, options: GainOptions = {}): Parameter {
  requireAtMost('init.xavierNormal', 2, arguments, gainKinds);
  const where = 'init.xavierNormal';
  return fill(where, parameter, options, gainKinds, xavierNormalDraw(where, options?.gain));
}

/** Options of `init.kaimingUniform` and `init.kaimingNormal`. */
export interface KaimingOptions extends InitOptions {
  /** The negative slope where the nonlinearity is `leakyRelu`. Default 0. */
  readonly a?: number | undefined;
  /**
   * Preserves the variance of the forward pass, or with `fanOut` of the backward pass. Default
   * `fanIn`.
   */
  readonly mode?: FanMode | undefined;
  /** The nonlinearity after the layer. Default `leakyRelu`. */
  readonly nonlinearity?: Nonlinearity | undefined;
}

const kaimingKinds = {
  a: optional(number),
  mode: optional(oneOf('fanIn', 'fanOut')),
  nonlinearity: optional(nonlinearityKind),
};

function scalingOf(where: string, parameter: Parameter, options: KaimingOptions): Scaling {
  requireParameter(where, parameter);
  requireGivenOptions(where, options, { ...drawKinds, ...kaimingKinds });
  const { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' } = options;
  return { mode, gain: calculateGain(nonlinearity, a) };
}

/**
 * Uniform within ± gain sqrt(3 / fan). He et al., 2015.
 *
 * @throws ShapeError for fewer than two dimensions, TensorError
 */
export function kaimingUniform(parameter: Parameter, options: KaimingOptions = {}): Parameter {
  requireAtMost('init.kaimingUniform', 2, arguments, kaimingKinds);
  const where = 'init.kaimingUniform';
  const scaling = scalingOf(where, parameter, options);
  return fill(where, parameter, options, kaimingKinds, kaimingUniformDraw(where, scaling));
}

/**
 * Normal of the deviation gain / sqrt(fan). He et al., 2015.
 *
 * @throws ShapeError for fewer than two dimensions, TensorError
 */
export function kaimingNormal(parameter: Parameter, options: KaimingOptions = {}): Parameter {
  requireAtMost('init.kaimingNormal', 2, arguments, kaimingKinds);
  const where = 'init.kaimingNormal';
  const scaling = scalingOf(where, parameter, options);
  return fill(where, parameter, options, kaimingKinds, kaimingNormalDraw(where, scaling));
}

/**
 * A matrix with orthonormal rows or columns, whichever are fewer, times `gain`; extents after the
 * first are merged. Equal to PyTorch's up to the rounding of its decomposition. Saxe et al., 2013.
 *
 * @throws ShapeError for fewer than two dimensions, TensorError
 */
export function orthogonal(parameter: Parameter, options: GainOptions = {}): Parameter {
  requireAtMost('init.orthogonal', 2, arguments, gainKinds);
  const where = 'init.orthogonal';
  requireParameter(where, parameter);
  fansOf(where, parameter.shape);
  return fill(where, parameter, options, gainKinds, orthogonalDraw(options?.gain ?? 1));
}

/** Options of `init.sparse`. */
export interface SparseOptions extends InitOptions {
  /** Fraction of each column that is 0, rounded up to whole elements. */
  readonly sparsity: number;
  /** Standard deviation of the other elements. Default 0.01. */
  readonly std?: number | undefined;
}

const sparseKinds = { sparsity: fraction, std: normalKinds.std };

/**
 * Normal numbers in a matrix, with a fraction of each column set to 0. Their positions are drawn
 * from `generator` too; PyTorch draws them from the process-wide one. Martens, "Deep learning via
 * Hessian-free optimization", 2010.
 *
 * @throws ShapeError, TensorError
 */
export function sparse(parameter: Parameter, options: SparseOptions): Parameter {
  requireAtMost('init.sparse', 2, arguments, sparseKinds);
  const where = 'init.sparse';
  requireArgument(where, 'sparsity', options?.sparsity, fraction, TensorError);
  return fill(where, parameter, options, sparseKinds, (generator, shape) => {
    const [rows, columns] = readMatrixShape(where, shape);
    const values = normalDraw(0, options.std ?? 0.01)(generator, shape);
    const count = Math.ceil(options.sparsity * rows);
    for (let column = 0; column < columns; column++)
      for (const row of randperm(generator, rows).subarray(0, count)) values[row * columns + column] = 0;
    return values;
  });
}
