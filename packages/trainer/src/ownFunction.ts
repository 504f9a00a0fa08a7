import type { Tensor } from '@attune/tensor';
import { callable, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';

/**
 * A function that uses its arguments, such as a loss. `length` alone does not show that: it is 0
 * with rest parameters, `arguments` and bound functions, so the source text is checked too.
 */
export function functionOf(inputs: string): Kind {
  return {
    what: `a function of ${inputs}`,
    holds: (value) => callable.holds(value) && !takesNothing(value as () => unknown),
    found: (value) => (callable.holds(value) ? 'a function without parameters' : shown(value)),
  };
}

function takesNothing(own: () => unknown): boolean {
  const text = Function.prototype.toString.call(own);
  const hasNoParameters = /^(async\s+)?(function\s*\*?\s*[\w$]*\s*|[\w$]+\s*)?\(\s*\)/.test(text);
  return hasNoParameters && !/\barguments\b|\[native code\]/.test(text);
}

/** Describes, for a message, the result of a user's function that must not be `async`. */
export function shownResult(value: unknown): string {
  return value instanceof Promise ? 'a Promise: it must not be async' : shown(value);
}

/**
 * Whether a value is a Tensor, by its members: importing the class would load the kernels in a page
 * that only makes a Trainer.
 */
export function isTensor(value: unknown): value is Tensor {
  const { backward, item, shape } = (value ?? {}) as Partial<Tensor>;
  return typeof backward === 'function' && typeof item === 'function' && Array.isArray(shape);
}
