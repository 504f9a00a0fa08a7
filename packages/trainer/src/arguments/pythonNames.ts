import { snakeCase } from '@attune/validate';

/** The name here of an argument or method in Python. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Arguments under their names in Python, sorted; options of a schedule or an optimizer too. */
export function underPythonNames(entries: Iterable<readonly [name: string, value: unknown]>): Record<string, unknown> {
  return Object.fromEntries(
    Array.from(entries, ([name, value]) => {
      const isKwargs = typeof value === 'object' && value !== null && !Array.isArray(value);
      return [snakeCase(name), isKwargs ? underPythonNames(Object.entries(value)) : value] as const;
    }).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
