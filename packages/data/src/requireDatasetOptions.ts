import { requireOptions, snakeCase } from '@attune/validate';
import type { ErrorClass, OptionKinds } from '@attune/validate';
import { DatasetError } from './errors.ts';

/** Advice for names from Python, in both spellings. */
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
export function requireDatasetOptions(
  where: string,
  options: unknown,
  kinds: OptionKinds,
  otherNames: Readonly<Record<string, string>> = {},
  error: ErrorClass = DatasetError,
): void {
  requireOptions(where, options, kinds, { error, otherNames });
}

/**
 * The same for asynchronous functions, which load the advice on demand, for an unknown name.
 *
 * @param otherNames as `adviceFor` takes them
 */
export async function requireAwaitedOptions(
  where: string,
  options: unknown,
  kinds: OptionKinds,
  otherNames: () => Promise<Readonly<Record<string, string>>>,
  error: ErrorClass = DatasetError,
): Promise<void> {
  const isForeign = Object.keys(Object(options) as object).some((name) => !Object.hasOwn(kinds, name));
  requireDatasetOptions(where, options, kinds, isForeign ? adviceFor(await otherNames()) : {}, error);
}
