import { shown } from '@attune/validate';
import { TensorError } from './errors.ts';

/** What `zeroGrad` takes, of modules and optimizers. */
export const letsGo = 'nothing, as by set_to_none=True';

/**
 * Refuses arguments of a method whose twin in PyTorch has more.
 *
 * @param takes what the method takes, and what it does instead
 * @throws TensorError
 */
export function requireNoMore(method: string, takes: string, given: readonly unknown[]): void {
  const surplus = given.find((value) => value !== undefined);
  if (surplus !== undefined) throw new TensorError(`${method} takes ${takes}; got ${shown(surplus)}`);
}
