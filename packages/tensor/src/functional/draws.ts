import { instanceOf, optional, requireArgument, wholeNumber } from '@attune/validate';
import { TensorError } from '../errors.ts';
import { Mt19937 } from '../random/mt19937.ts';
import { defaultGenerator } from '../random/seed.ts';
import { requireExtents, sizeOf } from '../shape.ts';
import type { Shape } from '../shape.ts';
import type { DType, Tensor } from '../tensor.ts';
import { requireGivenOptions } from './checks.ts';
import { fromValues, makeKinds } from './create.ts';
import type { MakeOptions } from './create.ts';

/** Options of functions that draw numbers. */
export interface DrawOptions extends MakeOptions {
  /** What is drawn from. Default: one generator of the process, which `setSeed` begins anew. */
  readonly generator?: Mt19937;
}

const kinds = { ...makeKinds, generator: optional(instanceOf(Mt19937)) };

/** Draws on the host: the numbers are those of PyTorch's CPU generator for the same seed. */
function drawn(
  where: string,
  shape: Shape,
  options: DrawOptions,
  dtype: DType,
  draw: (generator: Mt19937, count: number) => ArrayLike<number>,
): Tensor {
  requireExtents(where, shape);
  requireGivenOptions(where, options, kinds);
  const { generator = defaultGenerator(), ...rest } = options;
  return fromValues(where, draw(generator, sizeOf(shape)), shape, { dtype, ...rest });
}

/**
 * Numbers from 0 on, before 1, f32; for a seed those of `torch.rand` on the CPU.
 *
 * @throws ShapeError, TensorError
 */
export function rand(shape: Shape, options: DrawOptions = {}): Tensor {
  return drawn('rand', shape, options, 'f32', (generator, count) => generator.uniform(count));
}

/**
 * Normal numbers of mean 0 and deviation 1, f32; for a seed those of `torch.randn` on the CPU.
 *
 * @throws ShapeError, TensorError
 */
export function randn(shape: Shape, options: DrawOptions = {}): Tensor {
  return drawn('randn', shape, options, 'f32', (generator, count) => generator.normal(count));
}

/**
 * Whole numbers from `low` on, before `high`, i32; for a seed those of `torch.randint` on the CPU.
 *
 * @throws ShapeError, TensorError
 */
export function randint(low: number, high: number, shape: Shape, options: DrawOptions = {}): Tensor {
  return drawn('randint', shape, options, 'i32', (generator, count) => generator.integers(count, low, high));
}

const aCount = wholeNumber(0, 2 ** 31 - 1);

/**
 * The numbers 0 to n - 1 in random order, i32; for a seed those of `torch.randperm` on the CPU.
 *
 * @throws TensorError
 */
export function randperm(n: number, options: DrawOptions = {}): Tensor {
  requireArgument('randperm', 'n', n, aCount, TensorError);
  return drawn('randperm', [n], options, 'i32', (generator, count) => generator.randperm(count));
}

/**
 * 1 with this probability, else 0, f32; for a seed those of `torch.empty(shape).bernoulli_(p)` on
 * the CPU.
 *
 * @throws ShapeError, TensorError
 */
export function bernoulli(shape: Shape, probability: number, options: DrawOptions = {}): Tensor {
  return drawn('bernoulli', shape, options, 'f32', (generator, count) => generator.bernoulli(count, probability));
}
