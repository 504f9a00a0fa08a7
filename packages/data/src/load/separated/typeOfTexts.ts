import { value } from '../../features/feature.ts';
import type { RawColumn } from '../rawTable.ts';

const wholeNumber = /^[+-]?\d+$/;
const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/** Blanks around a number, as C knows them: other ones make it a text. */
const blanks = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;
const infinity = /^[+-]?inf(inity)?$/i;
const truth = new Map([
  ['True', true],
  ['TRUE', true],
  ['true', true],
  ['False', false],
  ['FALSE', false],
  ['false', false],
]);

/**
 * What a column of texts holds, told as pandas tells it: whole numbers, numbers, booleans or text.
 * Whole numbers beyond 2^53 would lose digits: they stay text.
 *
 * @param decimal the decimal mark
 */
export function typeOfTexts(texts: readonly (string | null)[], decimal: string): RawColumn {
  const present = texts.filter((text) => text !== null);
  if (present.length === 0) return { values: texts, feature: value('null') };
  const withPoint = (text: string) => (decimal === '.' ? text : text.includes('.') ? '' : text.replace(decimal, '.'));
  const trimmed = (text: string) => text.replace(blanks, '');
  const convert = (read: (text: string) => unknown) => texts.map((text) => (text === null ? null : read(text)));
  if (present.every((text) => wholeNumber.test(trimmed(text)))) {
    const isExact = present.every((text) => Number.isSafeInteger(Number(text)));
    return isExact ? { values: convert(Number) } : { values: texts, feature: value('string') };
  }
  if (present.every((text) => number.test(withPoint(trimmed(text))) || infinity.test(text)))
    return { values: convert((text) => toNumber(withPoint(trimmed(text)))), feature: value('float64') };
  if (present.every((text) => truth.has(text))) return { values: convert((text) => truth.get(text)) };
  return { values: texts, feature: value('string') };
}

function toNumber(text: string): number {
  if (infinity.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}
