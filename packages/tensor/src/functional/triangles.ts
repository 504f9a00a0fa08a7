import { requireArgument, wholeNumber } from '@attune/validate';
import { ShapeError, TensorError } from '../errors.ts';
import { formatShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { eq } from './comparisons.ts';
import { cast } from './cast.ts';
import { requireTensor } from './checks.ts';
import { fromValues } from './create.ts';
import { unsqueeze } from './movement.ts';
import { arange } from './sequences.ts';
import { where } from './where.ts';
import type { DType } from '../dtypes.ts';

const whole = wholeNumber(-(2 ** 31), 2 ** 31);

/** What lies on one side of a diagonal of the last two dimensions; 0 elsewhere. */
function triangle<D extends DType>(
  operation: string,
  input: Tensor<D>,
  diagonal: number,
  keeps: (ahead: number) => boolean,
): Tensor<D> {
  requireTensor(operation, 'input', input);
  requireArgument(operation, 'diagonal', diagonal, whole, TensorError);
  const { shape, device } = input;
  const [rows, columns] = [shape.at(-2), shape.at(-1)];
  if (rows === undefined || columns === undefined)
    throw new ShapeError(`${operation}: input must have two dimensions or more; its shape is ${formatShape(shape)}`);
  const values = () =>
    Array.from({ length: rows * columns }, (_, index) =>
      Number(keeps((index % columns) - Math.floor(index / columns))),
    );
  return where<Tensor, number>(
    fromValues(operation, values, [rows, columns], { dtype: 'bool', device }),
    input,
    0,
  ) as Tensor<D>;
}

/**
 * The lower triangle of the last two dimensions, zeros above it, as `torch.tril`. Of the shape of
 * `input` and of its element type, any; the gradient is 0 where the result is.
 *
 * @param diagonal the highest diagonal that is kept. Default 0, the main one
 * @throws ShapeError, TensorError
 */
export function tril<D extends DType>(input: Tensor<D>, diagonal = 0): Tensor<D> {
  return triangle('tril', input, diagonal, (ahead) => ahead <= diagonal);
}

/**
 * The upper triangle of the last two dimensions, zeros below it, as `torch.triu`. Of the shape of
 * `input` and of its element type, any; the gradient is 0 where the result is.
 *
 * @param diagonal the lowest diagonal that is kept. Default 0, the main one
 * @throws ShapeError, TensorError
 */
export function triu<D extends DType>(input: Tensor<D>, diagonal = 0): Tensor<D> {
  return triangle('triu', input, diagonal, (ahead) => ahead >= diagonal);
}

const classes = wholeNumber(1, 2 ** 31 - 1);

/**
 * 1 in the place of each class, 0 elsewhere, i32, as `torch.nn.functional.one_hot`. A class out of
 * range is all zeros. No gradient flows.
 *
 * @param input classes from 0 on, i32 or u32, of any shape
 * @returns the shape of `input` and `[numClasses]`
 * @throws TensorError
 */
export function oneHot(input: Tensor, numClasses: number): Tensor<'i32'> {
  requireTensor('oneHot', 'input', input);
  requireArgument('oneHot', 'numClasses', numClasses, classes, TensorError);
  const { dtype, device } = input;
  if (dtype !== 'i32' && dtype !== 'u32')
    throw new TensorError(`oneHot: input must be a tensor of i32 or u32; it is one of ${dtype}. Use cast()`);
  return cast(eq(unsqueeze(input, -1), arange(0, numClasses, 1, { dtype, device })), 'i32');
}
