import { requireArgument, wholeNumber } from '@attune/validate';
import { TensorError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import { requireTensor } from '../checks.ts';
import { arange } from '../creation/sequences.ts';
import { cast } from '../elementwise/cast.ts';
import { eq } from '../elementwise/comparisons.ts';
import { unsqueeze } from '../movement/movement.ts';
import { requireAtMost } from '../../surplusArguments.ts';
import type { Integers } from '../operands.ts';
import type { DType } from '../../dtypes.ts';

const classes = wholeNumber(1, 2 ** 31 - 1);

/**
 * 1 at the position of each class, 0 elsewhere, i32, as `torch.nn.functional.one_hot`. A class out
 * of range is all zeros. No gradient flows.
 *
 * @param input classes from 0 on, i32 or u32, of any shape
 * @returns the shape of `input` and `[numClasses]`
 * @throws TensorError
 */
export function oneHot<I extends DType>(input: Integers<I>, numClasses: number): Tensor<'i32'> {
  requireAtMost('oneHot', 2, arguments);
  requireTensor('oneHot', 'input', input);
  requireArgument('oneHot', 'numClasses', numClasses, classes, TensorError);
  const { dtype, device } = input;
  if (dtype !== 'i32' && dtype !== 'u32')
    throw new TensorError(`oneHot: input must be a tensor of i32 or u32; it is one of ${dtype}. Use cast().`);
  return cast(eq<Tensor, Tensor>(unsqueeze(input, -1), arange(0, numClasses, 1, { dtype, device })), 'i32');
}
