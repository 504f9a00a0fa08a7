import { requireOptions } from '@attune/validate';
import type { ErrorClass, OptionKinds } from '@attune/validate';
import { DatasetError } from './errors.ts';

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Advice for names that people know from Python, in both spellings. */
export function adviceFor(advice: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(advice).flatMap(([name, text]) => [
      [name, text],
      [snakeCase(name), text],
    ]),
  );
}

/**
 * Checks an options object: names and kinds.
 *
 * @throws DatasetError, or `error`
 */
export function checkOptions(
  where: string,
  options: unknown,
  kinds: OptionKinds,
  otherNames: Readonly<Record<string, string>> = {},
  error: ErrorClass = DatasetError,
): void {
  requireOptions(where, options, kinds, { error, otherNames });
}
