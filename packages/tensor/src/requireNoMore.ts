import { shown } from '@attune/validate';
import { TensorError } from './errors.ts';

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
