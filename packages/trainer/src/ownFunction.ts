import type { Tensor } from '@attune/tensor';
import { callable, shown } from '@attune/validate';
import type { Kind } from '@attune/validate';

/**
 * A function that reads what it is called with, such as a loss of the outputs. `length`
 * does not tell: it is 0 for rest parameters, for `arguments` and for what was bound;
 * so its text is looked at.
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

/** What a method or collator of a user's own returned that must not be `async`. */
export function shownResult(value: unknown): string {
  return value instanceof Promise ? 'a Promise: it must not be async' : shown(value);
}

/**
 * Whether something is a Tensor. Told by what it has: the class itself would bring the kernels into
 * a page that only makes a Trainer.
 */
export function isTensor(value: unknown): value is Tensor {
  const { backward, item, shape } = (value ?? {}) as Partial<Tensor>;
  return typeof backward === 'function' && typeof item === 'function' && Array.isArray(shape);
}
