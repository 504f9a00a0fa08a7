import { shown } from '@attune/validate';

/** What a method or collator of a user's own returned that must not be `async`. */
export function shownResult(value: unknown): string {
  return value instanceof Promise ? 'a Promise: it must not be async' : shown(value);
}
