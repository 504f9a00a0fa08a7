import type { ErrorClass } from './require.ts';

/** The name of a member in Python: `num_labels` of numLabels, `id2label` of id2label. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Names by their names in Python, where those are others. */
export function pythonNames(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [snakeCase(name), name]).filter(([other, name]) => other !== name));
}

/**
 * Makes reading and setting members under other names throw an error with their names here: they
 * would be undefined, or be set and never read.
 *
 * @param owner an object, or the prototype of a class
 * @param what it in the error: `a Dataset has`
 * @param names names here by other names. A member that has the other name stays
 */
export function answerOtherNames(
  owner: object,
  what: string,
  error: ErrorClass,
  names: Readonly<Record<string, string>>,
): void {
  for (const [other, name] of Object.entries(names)) {
    if (other in owner) continue;
    const refuse = () => {
      throw new error(`${what} no ${other}: it is called ${name}`);
    };
    Object.defineProperty(owner, other, { get: refuse, set: refuse, configurable: true });
  }
}
