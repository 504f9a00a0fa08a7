import { shown } from '@attune/validate';
import { TokenizerError } from '../../errors.ts';
import type { TextPairs, Texts } from '../tokenizerTypes.ts';

/** The texts of a call: one or many, with or without pairs. */
export type ReadTexts =
  | { readonly kind: 'one'; readonly text: string; readonly pair: string | undefined }
  | { readonly kind: 'many'; readonly texts: readonly string[]; readonly pairs: readonly string[] | undefined };

/** Whether a value is iterable and not a string. */
export function isTexts(value: unknown): value is Texts | TextPairs {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

/**
 * @param name what it is called in an error: `texts[3]`
 * @throws TokenizerError for anything but text, and for text with half a character
 */
export function requireText(value: unknown, name: string): asserts value is string {
  if (value === null || value === undefined)
    throw new TokenizerError(
      `${name} must be a string; got ${String(value)}, a missing value. Filter or fill such rows first: ` +
        'dataset.filter((row) => row.column !== null), with the name of the column.',
    );
  if (typeof value !== 'string') {
    const what = typeof value === 'object' ? shown(value) : `a ${typeof value}, ${shown(value)}`;
    throw new TokenizerError(`${name} must be a string; got ${what}. ${textAdvice(value)}`);
  }
  const half = value.search(/\p{Surrogate}/u);
  if (half >= 0)
    throw new TokenizerError(
      `${name} contains half a character at ${half}, an unpaired surrogate (U+${value.charCodeAt(half).toString(16).toUpperCase()}): ` +
        'it was cut or decoded wrongly. Correct it, or replace it with toWellFormed().',
    );
}

/** Advice for a column that is not text, such as a column of digits, which is read as numbers. */
const textAdvice = (value: unknown): string =>
  typeof value === 'number' || typeof value === 'boolean'
    ? "Choose a column of texts, or make it one: dataset.castColumn(name, value('string'))."
    : value === null || value === undefined
      ? ''
      : 'Choose a column of texts.';

function readList(values: Iterable<unknown>, name: string): string[] {
  return Array.from(values, (value, index) => {
    requireText(value, `${name}[${index}]`);
    return value;
  });
}

/** A list of pairs, `[[text, text], …]`, as two lists. */
function readPairs(rows: readonly unknown[]): ReadTexts {
  const sides: [string[], string[]] = [[], []];
  rows.forEach((row, index) => {
    if (!Array.isArray(row) || row.length !== 2)
      throw new TokenizerError(
        `texts[${index}] must be [text, text], as in every list of pairs; got ${shown(row)}. ` +
          'Join the words of one text with spaces first.',
      );
    for (const side of [0, 1] as const) {
      const text: unknown = row[side];
      requireText(text, `texts[${index}][${side}]`);
      sides[side].push(text);
    }
  });
  return { kind: 'many', texts: sides[0], pairs: sides[1] };
}

/**
 * Reads the arguments of a call. An empty second text of a single text counts as none, as in
 * `transformers`; in a list it is a pair.
 * @throws TokenizerError for anything but text, and for lists that do not match
 */
export function readTexts(input: unknown, pair: unknown): ReadTexts {
  if (typeof input === 'string') {
    if (pair !== undefined && typeof pair !== 'string')
      throw new TokenizerError(
        isTexts(pair)
          ? 'One text was given with a list as its pair. Give a string with a string, or a list with a list.'
          : `The second text must be a string; got ${shown(pair)}. Options are an object, { truncation, … }.`,
      );
    requireText(input, 'text');
    if (pair !== undefined) requireText(pair, 'pair');
    return { kind: 'one', text: input, pair: pair === '' ? undefined : pair };
  }
  if (!isTexts(input))
    throw new TokenizerError(
      `The tokenizer takes a string or a list of strings; got ${shown(input)}${input === null || input === undefined ? ', as from a column that does not exist' : ''}. ${textAdvice(input)}`.trimEnd(),
    );
  const rows: unknown[] = [...input];
  if (Array.isArray(rows[0]) && pair === undefined) return readPairs(rows);
  const texts = readList(rows, 'texts');
  if (pair === undefined) return { kind: 'many', texts, pairs: undefined };
  if (!isTexts(pair))
    throw new TokenizerError('A list of texts was given with a single text as its pair. Give one pair text per text.');
  const pairs = readList(pair, 'pairs');
  if (pairs.length !== texts.length)
    throw new TokenizerError(
      `There are ${texts.length} texts and ${pairs.length} pair texts. Give one pair text per text.`,
    );
  return { kind: 'many', texts, pairs };
}
