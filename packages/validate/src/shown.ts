const longest = 60;

/**
 * What a caller passed, short enough for an error message: `"text"`, `42`, `an array of 3`,
 * `a Map`, `undefined`.
 */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function' && /^class\b/.test(String(value))) return `the class ${value.name}`;
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  const name = value.constructor?.name || 'Object';
  if (name !== 'Object') return withArticle(name) + (value instanceof Promise ? '; await it first' : '');
  const keys = Object.keys(value);
  if (keys.length === 0) return 'an empty object';
  return `an object with ${firstOf(keys, 4)}`;
}

/** The name of a class: `a Map`, `an Array`. */
export const withArticle = (name: string): string => `a${/^[AEIOU]/.test(name) ? 'n' : ''} ${name}`;

/** At most `most` names: `a, b, …`. */
export const firstOf = (names: readonly string[], most: number): string =>
  names.slice(0, most).join(', ') + (names.length > most ? ', …' : '');

/** A message with a full stop at its end, so that another sentence can follow. */
export const endSentence = (message: string): string => (/[.?!]$/.test(message) ? message : `${message}.`);
