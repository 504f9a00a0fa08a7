import { firstOf, shown } from '@attune/validate';
import type { OptionKinds } from '@attune/validate';
import { TensorError } from './errors.ts';

/** What a function takes where PyTorch takes more arguments: these options, or one array. */
type Instead = OptionKinds | 'an array';

/**
 * Refuses extra arguments of a function, such as a third tensor or PyTorch's options. `undefined`
 * is allowed, and so are the index and the array that `tensors.map(relu)` and `terms.reduce(add)`
 * pass.
 *
 * @param most number of arguments that the function has
 * @param instead for the message
 * @throws TensorError
 */
export function requireAtMost(operation: string, most: number, given: ArrayLike<unknown>, instead?: Instead): void {
  if (given.length > most) refuseSurplus(operation, most, given, instead);
}

function refuseSurplus(operation: string, most: number, given: ArrayLike<unknown>, instead?: Instead): void {
  const surplus = Array.from(given).slice(most);
  const [index, all, ...more] = surplus;
  const isCallback = Array.isArray(all) && more.length === 0 && all[index as number] === given[most - 1];
  const first = isCallback ? undefined : surplus.find((value) => value !== undefined);
  if (first !== undefined)
    throw new TensorError(`${operation}: got ${shown(first)} as an extra argument${insteadOf(given, instead)}`);
}

/** What to write, in words. */
function insteadOf(given: ArrayLike<unknown>, instead?: Instead): string {
  if (instead !== 'an array') return instead ? `; options are one object, { ${firstOf(Object.keys(instead), 5)} }` : '';
  const numbers = Array.from(given).filter((value) => typeof value === 'number');
  return numbers.length > 1 ? `; write one array, [${numbers.join(', ')}]` : '';
}

/** The arguments of `zeroGrad` of modules and optimizers, for messages. */
export const letsGo = 'nothing, as by set_to_none=True';

/**
 * Refuses extra arguments of a method whose counterpart in PyTorch takes some.
 *
 * @param takes what the method takes, and what it does instead, for the message
 * @throws TensorError
 */
export function requireNoMore(method: string, takes: string, given: readonly unknown[]): void {
  const surplus = given.find((value) => value !== undefined);
  if (surplus !== undefined) throw new TensorError(`${method} takes ${takes}; got ${shown(surplus)}`);
}
