import { number, requireArgument, wholeNumber } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import { requireGivenOptions } from '../checks.ts';
import { fromValues, makeKinds } from './create.ts';
import type { MakeOptions } from './create.ts';
import type { DType } from '../../dtypes.ts';
import { requireAtMost } from '../../surplusArguments.ts';

const count = wholeNumber(0, 2 ** 31 - 1);

/** i32 where all numbers are whole, else f32; either where the compiler does not know them. */
type RangeType<N extends number> = number extends N ? 'i32' | 'f32' : `${N}` extends `${bigint}` ? 'i32' : 'f32';

/**
 * The numbers from `start` to before `end`, in steps, as `torch.arange`; `arange(end)` starts at 0.
 * i32 where all three are whole, else f32. Of one dimension; it requires a gradient by
 * `requiresGrad` only.
 *
 * @param end default: the first argument is the end, and numbers start at 0
 * @param step default 1; may be negative
 * @throws TensorError
 */
export function arange<
  Start extends number,
  End extends number = 0,
  Step extends number = 1,
  D extends DType = RangeType<Start | End | Step>,
>(start: Start, end?: End, step: Step | 1 = 1, options: MakeOptions<D> = {}): Tensor<D> {
  requireAtMost('arange', 4, arguments);
  if (end === undefined) return ranged(0, start, step, options);
  return ranged(start, end, step, options);
}

function ranged<D extends DType>(start: number, last: number, step: number, options: MakeOptions): Tensor<D> {
  for (const [name, value] of Object.entries({ start, end: last, step }))
    requireArgument('arange', name, value, number, TensorError);
  requireGivenOptions('arange', options, makeKinds);
  if (step === 0 || (last - start) / step < 0)
    throw new TensorError(`arange: steps of ${step} do not lead from ${start} to ${last}`);
  const length = Math.ceil((last - start) / step);
  if (!count.holds(length))
    throw new TensorError(
      `arange: from ${start} to ${last} in steps of ${step} there are ${length} numbers, which is too many`,
    );
  const values = () => Array.from({ length }, (_, index) => start + index * step);
  const isWhole = [start, last, step].every(Number.isInteger);
  return fromValues('arange', values, [length], {
    ...options,
    dtype: options.dtype ?? (isWhole ? 'i32' : 'f32'),
  });
}

/**
 * `steps` numbers from `start` to `end`, both included, f32, as `torch.linspace`. Of the shape
 * `[steps]`; it requires a gradient by `requiresGrad` only.
 *
 * @throws TensorError
 */
export function linspace<D extends DType = 'f32'>(
  start: number,
  end: number,
  steps: number,
  options: MakeOptions<D> = {},
): Tensor<D> {
  requireAtMost('linspace', 4, arguments);
  requireArgument('linspace', 'start', start, number, TensorError);
  requireArgument('linspace', 'end', end, number, TensorError);
  requireArgument('linspace', 'steps', steps, count, TensorError);
  requireGivenOptions('linspace', options, makeKinds);
  const width = steps > 1 ? (end - start) / (steps - 1) : 0;
  const values = () =>
    Array.from({ length: steps }, (_, index) =>
      index < steps / 2 ? start + index * width : end - (steps - 1 - index) * width,
    );
  return fromValues('linspace', values, [steps], { ...options, dtype: options.dtype ?? 'f32' });
}

/**
 * Ones on the diagonal of `[rows, columns]`, zeros elsewhere, f32. It requires a gradient by
 * `requiresGrad` only.
 *
 * @param columns default: as many as rows
 * @throws TensorError
 */
export function eye<D extends DType = 'f32'>(rows: number, columns = rows, options: MakeOptions<D> = {}): Tensor<D> {
  requireAtMost('eye', 3, arguments);
  requireArgument('eye', 'rows', rows, count, TensorError);
  requireArgument('eye', 'columns', columns, count, TensorError);
  requireGivenOptions('eye', options, makeKinds);
  const values = () => {
    const matrix = new Float32Array(rows * columns);
    for (let index = 0; index < Math.min(rows, columns); index++) matrix[index * columns + index] = 1;
    return matrix;
  };
  return fromValues('eye', values, [rows, columns], { ...options, dtype: options.dtype ?? 'f32' });
}
