import { value } from '../../features/feature.ts';
import { decimalNumber, numberOfText, withoutBlanks } from '../../features/numberOfText.ts';
import type { RawColumn } from '../rawTable.ts';

const wholeNumber = /^[+-]?\d+$/;
/** Words that are numbers, if no blanks surround them; `nan` only on request. */
const infinity = /^[+-]?inf(inity)?$/i;
const truth = /^(true|false)$/i;

/**
 * The type of a column of texts, inferred as in pandas: whole numbers, numbers, booleans or text.
 * Whole numbers beyond 2^53 would lose digits, so they stay text.
 *
 * @param decimal the decimal mark
 */
export function typeOfTexts(texts: readonly (string | null)[], decimal: string): RawColumn {
  const present = texts.filter((text) => text !== null);
  if (present.length === 0) return { values: texts, feature: value('null') };
  const withPoint = (text: string) => (decimal === '.' ? text : text.includes('.') ? '' : text.replace(decimal, '.'));
  const convert = (read: (text: string) => unknown) => texts.map((text) => (text === null ? null : read(text)));
  if (present.every((text) => wholeNumber.test(withoutBlanks(text)))) {
    const isExact = present.every((text) => Number.isSafeInteger(Number(text)));
    // Adds zero, as whole numbers have no -0.
    return isExact ? { values: convert((text) => Number(text) + 0) } : { values: texts, feature: value('string') };
  }
  if (present.every((text) => decimalNumber.test(withPoint(withoutBlanks(text))) || infinity.test(text)))
    return { values: convert((text) => numberOfText(withPoint(text))), feature: value('float64') };
  if (present.every((text) => truth.test(text))) return { values: convert((text) => /^t/i.test(text)) };
  return { values: texts, feature: value('string') };
}
