import { firstOf, refuseSurplus } from '@attune/validate';
import type { OptionKinds } from '@attune/validate';
import { TensorError } from './errors.ts';

/** What to write where PyTorch takes more arguments: these options, one array, or in words. */
type Instead = OptionKinds | 'an array' | (string & {});

/**
 * Refuses extra arguments of a function, such as a third tensor or PyTorch's options, as
 * `refuseSurplus` does.
 *
 * @param most number of arguments that the function has
 * @param instead for the message
 * @throws TensorError
 */
export function requireAtMost(operation: string, most: number, given: ArrayLike<unknown>, instead?: Instead): void {
  if (given.length > most) refuseSurplus(operation, most, given, TensorError, insteadOf(given, instead));
}

/** What to write, in words. */
function insteadOf(given: ArrayLike<unknown>, instead: Instead = ''): string {
  if (typeof instead !== 'string') return `; options are one object, { ${firstOf(Object.keys(instead), 5)} }`;
  if (instead !== 'an array') return instead && `; ${instead}`;
  const numbers = Array.from(given).filter((value) => typeof value === 'number');
  return numbers.length > 1 ? `; write one array, [${numbers.join(', ')}]` : '';
}

/** The arguments of `zeroGrad` of modules and optimizers, for messages. */
export const letsGo = 'it takes nothing, as by set_to_none=True';
/** What to write in place of the last argument of some functions in PyTorch. */
export const notInPlace = 'tensors do not change in place';
/** The same. */
export const castFirst = 'cast() the input for another type';
