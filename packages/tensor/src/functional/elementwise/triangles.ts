import { requireArgument, wholeNumber } from '@attune/validate';
import { ShapeError, TensorError } from '../../errors.ts';
import { formatShape } from '../../shape.ts';
import type { Tensor } from '../../tensor.ts';
import { requireTensor } from '../checks.ts';
import { fromValues } from '../creation/create.ts';
import { where } from './where.ts';
import type { DType } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';

const whole = wholeNumber(-(2 ** 31), 2 ** 31);

/** The elements on one side of a diagonal of the last two dimensions; 0 elsewhere. */
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
  requireAtMost('tril', 2, arguments);
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
  requireAtMost('triu', 2, arguments);
  return triangle('triu', input, diagonal, (ahead) => ahead >= diagonal);
}
