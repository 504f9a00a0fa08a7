import { anyWholeNumber, fraction, instanceOf, optional, requireArgument, wholeNumber } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import { Mt19937 } from '../../random/mt19937.ts';
import * as numbers from '../../random/numbers.ts';
import { defaultGenerator } from '../../random/seed.ts';
import type { Twister } from '../../random/twister.ts';
import { requireExtents, sizeOf } from '../../shape.ts';
import type { Shape } from '../../shape.ts';
import { Tensor } from '../../tensor.ts';
import type { DType } from '../../dtypes.ts';
import { lt } from '../elementwise/comparisons.ts';
import { cast } from '../elementwise/cast.ts';
import { requireFloats, requireGivenOptions, requireTensor } from '../checks.ts';
import { fromValues, makeKinds } from './create.ts';
import type { MakeOptions } from './create.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Floats } from '../operands.ts';

/** Options of functions that draw numbers. */
export interface DrawOptions<D extends DType = DType> extends MakeOptions<D> {
  /** Random generator. Default: the process-wide one, which `setSeed` seeds. */
  readonly generator?: Mt19937 | undefined;
}

type Draw = (generator: Twister, count: number) => ArrayLike<number>;

const kinds = { ...makeKinds, generator: optional(instanceOf(Mt19937)) };

/** Draws on the host, the same numbers as PyTorch's CPU generator for the same seed. */
function drawn<D extends DType>(
  where: string,
  shape: Shape,
  options: DrawOptions,
  dtype: DType,
  draw: Draw,
): Tensor<D> {
  requireExtents(where, shape);
  requireGivenOptions(where, options, kinds);
  const { generator = defaultGenerator(), ...rest } = options;
  return fromValues(where, () => draw(generator, sizeOf(shape)), shape, { ...rest, dtype: rest.dtype ?? dtype });
}

/**
 * Uniform numbers in [0, 1), f32; for a seed the same as `torch.rand` on the CPU. It requires a
 * gradient by `requiresGrad` only.
 *
 * @throws ShapeError, TensorError
 */
export function rand<D extends DType = 'f32'>(shape: Shape, options: DrawOptions<D> = {}): Tensor<D> {
  requireAtMost('rand', 2, arguments, 'an array');
  return drawn('rand', shape, options, 'f32', uniformIn(options?.dtype));
}

/**
 * Normal numbers of mean 0 and standard deviation 1, f32; for a seed the same as `torch.randn` on
 * the CPU. It requires a gradient by `requiresGrad` only.
 *
 * @throws ShapeError, TensorError
 */
export function randn<D extends DType = 'f32'>(shape: Shape, options: DrawOptions<D> = {}): Tensor<D> {
  requireAtMost('randn', 2, arguments, 'an array');
  return drawn('randn', shape, options, 'f32', normalIn(options?.dtype));
}

/** What f16 would round to 1, which lies outside the range, is 0 in PyTorch. */
const uniformIn =
  (dtype: DType | undefined): Draw =>
  (generator, count) => {
    const values = numbers.uniform(generator, count);
    return dtype === 'f16' ? values.map((value) => (value < 1 - 2 ** -12 ? value : 0)) : values;
  };

/** For f16 PyTorch draws only whole blocks of 16, and then the last 16 again. */
const normalIn =
  (dtype: DType | undefined): Draw =>
  (generator, count) => {
    const rest = count % 16;
    if (dtype !== 'f16' || count < 16 || rest === 0) return numbers.normal(generator, count);
    const values = new Float32Array(count);
    values.set(numbers.normal(generator, count - rest));
    values.set(numbers.normal(generator, 16), count - 16);
    return values;
  };

/**
 * Whole numbers in [low, high), i32; for a seed the same as `torch.randint` on the CPU. No gradient
 * flows.
 *
 * @throws ShapeError, TensorError
 */
export function randint<D extends DType = 'i32'>(
  low: number,
  high: number,
  shape: Shape,
  options: DrawOptions<D> = {},
): Tensor<D> {
  requireAtMost('randint', 4, arguments);
  // As where `low` is left out, which PyTorch allows.
  requireArgument('randint', 'high', high, anyWholeNumber, TensorError);
  return drawn('randint', shape, options, 'i32', (generator, count) =>
    numbers.integers(generator, count, low, high, 'randint'),
  );
}

/** Draws a tensor with the shape, type and device of another one, unless the options differ. */
function drawnLike<D extends DType>(where: string, input: Tensor, options: DrawOptions, draw: Draw): Tensor<D> {
  requireTensor(where, 'input', input);
  requireGivenOptions(where, options, kinds);
  const { shape, dtype, device } = input;
  return drawn(where, shape, { ...options, device: options.device ?? device }, dtype, draw);
}

/**
 * As `rand`, of the shape, type and device of `input`, which must be f32 or f16 where the options
 * name no type. As `torch.rand_like`. It requires a gradient by `requiresGrad` only.
 *
 * @throws TensorError
 */
export function randLike<I extends DType, D extends DType = I>(
  input: Tensor<I>,
  options: DrawOptions<D> = {},
): Tensor<D> {
  requireAtMost('randLike', 2, arguments);
  if (options?.dtype === undefined) requireFloats('randLike', 'input', input);
  return drawnLike('randLike', input, options, uniformIn(options?.dtype ?? input.dtype));
}

/**
 * As `randn`, of the shape, type and device of `input`, which must be f32 or f16 where the options
 * name no type. As `torch.randn_like`. It requires a gradient by `requiresGrad` only.
 *
 * @throws TensorError
 */
export function randnLike<I extends DType, D extends DType = I>(
  input: Tensor<I>,
  options: DrawOptions<D> = {},
): Tensor<D> {
  requireAtMost('randnLike', 2, arguments);
  if (options?.dtype === undefined) requireFloats('randnLike', 'input', input);
  return drawnLike('randnLike', input, options, normalIn(options?.dtype ?? input.dtype));
}

const aCount = wholeNumber(0, 2 ** 31 - 1);

/**
 * The numbers 0 to n - 1 in random order, i32, of the shape `[n]`; for a seed the same as
 * `torch.randperm` on the CPU. No gradient flows.
 *
 * @throws TensorError
 */
export function randperm<D extends DType = 'i32'>(n: number, options: DrawOptions<D> = {}): Tensor<D> {
  requireAtMost('randperm', 2, arguments);
  requireArgument('randperm', 'n', n, aCount, TensorError);
  return drawn('randperm', [n], options, 'i32', (generator, count) => numbers.randperm(generator, count));
}

/**
 * 1 with this probability, else 0, f32; for a seed those of `torch.empty(shape).bernoulli_(p)` on
 * the CPU. Of a tensor of probabilities: 1 with each of them, for a seed as `torch.bernoulli(p)`;
 * of its shape and device. No gradient flows.
 *
 * @throws ShapeError, TensorError
 */
export function bernoulli<D extends DType = 'f32'>(
  shape: Shape,
  probability: number,
  options?: DrawOptions<D>,
): Tensor<D>;
export function bernoulli<I extends DType, D extends DType = I>(
  probabilities: Floats<I>,
  options?: DrawOptions<D>,
): Tensor<D>;
export function bernoulli(of: Shape | Tensor, second?: number | DrawOptions, third: DrawOptions = {}): Tensor {
  requireAtMost('bernoulli', 3, arguments);
  if (!(of instanceof Tensor)) {
    requireArgument('bernoulli', 'probability', second, fraction, TensorError);
    return drawn('bernoulli', of, third, 'f32', (generator, count) =>
      numbers.bernoulli(generator, count, second as number),
    );
  }
  requireFloats('bernoulli', 'probabilities', of);
  const given = second === undefined ? {} : second;
  requireGivenOptions('bernoulli', given, kinds);
  const { dtype = of.dtype, ...options } = given as DrawOptions;
  const draws = drawnLike('bernoulli', of, { ...options, dtype: 'f32' }, (generator, count) =>
    numbers.uniform(generator, count),
  );
  return cast(lt(draws, cast(of, 'f32')), dtype);
}
